"""Gradient descent: its learning rates, its penalties and when it stops."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LogisticRegression

from bqml_export.embedded.ml.data.table import Field, Table
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.ml.optimizers.gradient_descent import lowest
from bqml_export.errors import InvalidQueryError

Fit = Callable[..., GLMModel]

FEATURES = 5


def data(rows: int = 300) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], Table]:
    """Standardised features and a table of them with a numeric label."""
    rng = np.random.default_rng(4)
    features = rng.normal(size=(rows, FEATURES))
    features = (features - features.mean(axis=0)) / features.std(axis=0, ddof=1)
    label = features @ [3.0, -2.0, 0.5, 0.0, 0.0] + 7 + rng.normal(size=rows)
    columns = {f"x{i}": features[:, i].tolist() for i in range(FEATURES)}
    fields = tuple(Field(name, "FLOAT64") for name in (*columns, "label"))
    return features, Table(fields, {**columns, "label": label.tolist()}, rows)


def exact(fit: Fit, table: Table, **options: object) -> GLMModel:
    """Trains until progress is below all that matters."""
    return fit(table, max_iterations=500, min_rel_progress=1e-12, **options)


@pytest.mark.parametrize("first", [1e-6, 0.1, 1.0, 1e3])
def test_line_search_finds_the_lowest_point_from_any_start(first: float) -> None:
    """On a parabola the step is exact, whatever LS_INIT_LEARN_RATE says."""
    assert lowest(lambda t: (t - 0.37) ** 2, 0.37**2, first) == pytest.approx(0.37)


def test_line_search_gives_up_where_nothing_is_lower() -> None:
    """At the minimum the step is 0, so training stops instead of climbing."""
    assert lowest(lambda t: t, 0.0, 0.1) == 0


def test_loss_never_rises(fit: Fit) -> None:
    """With LINE_SEARCH each iteration's loss is at most the one before."""
    model = fit(data()[1], optimize_strategy="BATCH_GRADIENT_DESCENT", early_stop=False)
    losses = [i.loss for i in model.iterations]
    assert len(losses) == 20
    assert all(b <= a for a, b in pairwise(losses))


def test_early_stop_ends_after_the_first_slow_iteration(fit: Fit) -> None:
    """All iterations but the last improve the loss by more than MIN_REL_PROGRESS."""
    model = fit(data()[1], optimize_strategy="BATCH_GRADIENT_DESCENT", min_rel_progress=0.2)
    losses = np.array([i.loss for i in model.iterations])
    progress = (losses[:-1] - losses[1:]) / losses[:-1]
    assert 2 <= len(losses) < 20
    assert (progress[:-1] > 0.2).all()
    assert progress[-1] <= 0.2


def test_constant_learn_rate_is_the_one_asked_for(fit: Fit) -> None:
    """LEARN_RATE is the factor of the plain gradient: two steps by hand give the same weights."""
    features, table = data()
    model = fit(
        table,
        optimize_strategy="BATCH_GRADIENT_DESCENT",
        learn_rate_strategy="CONSTANT",
        learn_rate=0.3,
        max_iterations=2,
    )
    full, weights = np.c_[features, np.ones(300)], np.zeros(FEATURES + 1)
    for _ in range(2):
        weights -= 0.3 * full.T @ (full @ weights - table.columns["label"]) / 300
    assert [i.learning_rate for i in model.iterations] == [0.3, 0.3]
    np.testing.assert_allclose(model.coefficients[:, 0], weights, rtol=1e-9)


def test_divergence_is_an_error_that_names_the_option(fit: Fit) -> None:
    """A LEARN_RATE that is too high does not end in NaN weights."""
    with pytest.raises(InvalidQueryError, match="LEARN_RATE"):
        fit(
            data()[1],
            optimize_strategy="BATCH_GRADIENT_DESCENT",
            learn_rate_strategy="CONSTANT",
            learn_rate=1e200,
            early_stop=False,
        )


@pytest.mark.parametrize("l1_reg", [3.0, 60.0])
def test_l1_reg_is_lassos_penalty_and_makes_zeros(l1_reg: float, fit: Fit) -> None:
    """The solution is scikit-learn's Lasso(alpha=l1_reg / n); small weights are exactly 0."""
    features, table = data()
    reference = Lasso(alpha=l1_reg / 300, tol=1e-10).fit(features, table.columns["label"])
    weights = exact(fit, table, l1_reg=l1_reg).coefficients[:-1, 0]
    np.testing.assert_allclose(weights, reference.coef_, atol=1e-4)
    assert (weights == 0).tolist() == (reference.coef_ == 0).tolist()


@pytest.mark.parametrize("l2_reg", [0.5, 20.0])
def test_l2_reg_is_one_over_c_of_logistic_regression(l2_reg: float, fit: Fit) -> None:
    """The solution is scikit-learn's LogisticRegression(C=1 / l2_reg)."""
    features, table = data()
    positive = np.array(table.columns["label"]) > 7
    table = Table(
        (*table.fields[:-1], Field("label", "BOOL")),
        {**table.columns, "label": positive.tolist()},
        table.num_rows,
    )
    reference = LogisticRegression(C=1 / l2_reg, tol=1e-10, max_iter=1000).fit(features, positive)
    model = exact(fit, table, model_type="logistic_reg", l2_reg=l2_reg)
    np.testing.assert_allclose(model.coefficients[:-1, 0], reference.coef_[0], rtol=1e-3)


def test_l1_and_l2_together_keep_the_loss_falling(fit: Fit) -> None:
    """An elastic net trains, and its weights are smaller than without penalties."""
    free = exact(fit, data()[1], optimize_strategy="BATCH_GRADIENT_DESCENT")
    bound = exact(fit, data()[1], l1_reg=20.0, l2_reg=100.0)
    assert np.abs(bound.coefficients[:-1]).sum() < 0.9 * np.abs(free.coefficients[:-1]).sum()
