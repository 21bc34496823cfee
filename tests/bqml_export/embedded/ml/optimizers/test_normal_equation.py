"""The exact solution, against scikit-learn's Ridge and against its own definition."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from bqml_export.embedded.ml.data.table import Field, Value
from bqml_export.embedded.ml.features.design import Design, Layout
from bqml_export.embedded.ml.features.preprocessing import learn_features
from bqml_export.embedded.ml.optimizers import normal_equation
from bqml_export.embedded.ml.optimizers.normal_equation import solve


def problem(rows: int = 300) -> tuple[Design, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Two numbers, two categorical columns that are collinear with the intercept, and a label."""
    rng = np.random.default_rng(2)
    values: dict[str, list[Value]] = {
        "a": rng.normal(size=rows).tolist(),
        "b": rng.normal(50, 9, size=rows).tolist(),
        "c": rng.choice(list("xyz"), rows).tolist(),
        "d": rng.choice(list("uvwxyz"), rows).tolist(),
    }
    fields = [Field(n, t) for n, t in zip("abcd", ("FLOAT64",) * 2 + ("STRING",) * 2, strict=True)]
    layout = Layout(learn_features(fields, values, dummy_encoding=False), fit_intercept=True)
    return layout.encode(values, rows), rng.normal(size=rows)


@pytest.mark.parametrize("l2_reg", [0.1, 1.0, 50.0])
def test_l2_reg_is_ridges_alpha(l2_reg: float) -> None:
    """The solution is scikit-learn's Ridge on the same standardised columns."""
    design, label = problem()
    full = design.times(np.eye(design.width))
    reference = Ridge(alpha=l2_reg, solver="svd").fit(full[:, :-1], label)
    weights = solve(design, label, l2_reg)[:, 0]
    np.testing.assert_allclose(weights[:-1], reference.coef_, atol=1e-9)
    assert weights[-1] == pytest.approx(reference.intercept_, abs=1e-9)


def test_collinear_columns_get_small_weights_and_the_least_error() -> None:
    """One-hot columns add up to the intercept; the fit is still least squares, and not huge."""
    design, label = problem()
    full = design.times(np.eye(design.width))
    best = full @ np.linalg.lstsq(full, label, rcond=None)[0]
    weights = solve(design, label, 0.0)
    np.testing.assert_allclose(design.times(weights)[:, 0], best, atol=1e-9)
    assert np.abs(weights).max() < 10


def test_wide_designs_have_the_same_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conjugate gradients, used where the matrix would be too wide, predict the same."""
    design, label = problem()
    dense = design.times(solve(design, label, 0.0))
    monkeypatch.setattr(normal_equation, "WIDEST_DENSE_SOLUTION", 0)
    np.testing.assert_allclose(design.times(solve(design, label, 0.0)), dense, atol=1e-8)
