"""Standard errors and p-values against textbook formulas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from bqml_export.embedded.ml.data.table import Table
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.errors import InvalidQueryError

N = 60
P_VALUES = {"calculate_p_values": True, "category_encoding_method": "DUMMY_ENCODING"}
RNG = np.random.default_rng(3)
X = RNG.normal(7, 3, N)
Y = 2 * X + RNG.normal(0, 4, N)


def advanced(model: GLMModel) -> dict[tuple[object, object], dict[str, object]]:
    """Returns ML.ADVANCED_WEIGHTS by input and category."""
    return {(r["processed_input"], r["category"]): r for r in model.advanced_weights().rows()}


def test_simple_regression_has_scipys_errors_and_p_values(
    fit: Callable[..., GLMModel], make_table: Callable[..., Table]
) -> None:
    """Slope and intercept of raw columns, although training standardises them."""
    table = make_table(x=("FLOAT64", X.tolist()), label=("FLOAT64", Y.tolist()))
    rows, expected = advanced(fit(table, **P_VALUES)), stats.linregress(X, Y)
    slope, intercept = rows["x", None], rows["__INTERCEPT__", None]
    assert slope["standard_error"] == pytest.approx(expected.stderr)
    assert slope["p_value"] == pytest.approx(expected.pvalue)
    assert intercept["standard_error"] == pytest.approx(expected.intercept_stderr)


def test_the_dropped_category_has_a_weight_of_zero_and_no_error(
    fit: Callable[..., GLMModel], make_table: Callable[..., Table]
) -> None:
    """A two-sample comparison: the other category's error is that of a t test."""
    names = ["a"] * 40 + ["b"] * 20
    table = make_table(c=("STRING", names), label=("FLOAT64", Y.tolist()))
    rows, expected = advanced(fit(table, **P_VALUES)), stats.ttest_ind(Y[40:], Y[:40])
    assert rows["c", "a"] | {"processed_input": "c"} == {
        "processed_input": "c", "category": "a", "weight": 0.0,
        "standard_error": None, "p_value": None,
    }  # fmt: skip
    assert rows["c", "b"]["p_value"] == pytest.approx(expected.pvalue)


def test_logistic_errors_come_from_the_curvature(
    fit: Callable[..., GLMModel], make_table: Callable[..., Table]
) -> None:
    """Inverse of X'WX at the weights, as in every textbook."""
    label = (np.median(Y) < Y).tolist()
    table = make_table(x=("FLOAT64", X.tolist()), label=("BOOL", label))
    model = fit(table, "logistic_reg", max_iterations=100, min_rel_progress=0.0, **P_VALUES)
    full = np.column_stack([X, np.ones(N)])
    p = 1 / (1 + np.exp(-(full @ model.coefficients[:, 0])))
    expected = np.sqrt(np.diag(np.linalg.inv(full.T @ (full * (p * (1 - p))[:, None]))))
    assert advanced(model)["x", None]["standard_error"] == pytest.approx(expected[0])


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"x": ("FLOAT64", X.tolist()), "z": ("FLOAT64", (2 * X).tolist())}, "depend linearly"),
        ({"x": ("FLOAT64", [1.0] * N)}, "constant"),
    ],
)
def test_features_that_depend_on_each_other_have_no_errors(
    fit: Callable[..., GLMModel],
    make_table: Callable[..., Table],
    columns: dict[str, tuple[str, list[float]]],
    named: str,
) -> None:
    """The weights are not determined then; the message says what to do."""
    table = make_table(**columns, label=("FLOAT64", Y.tolist()))
    with pytest.raises(InvalidQueryError, match=named):
        fit(table, **P_VALUES)


def test_three_classes_have_no_p_values(fit: Callable[..., GLMModel], iris: Table) -> None:
    """BigQuery computes them for linear and binary logistic regression only."""
    with pytest.raises(InvalidQueryError, match="two classes, but species has 3"):
        fit(iris, "logistic_reg", input_label_cols=["species"], **P_VALUES)
