"""The losses: their values against scikit-learn's, their slopes against differences."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from bqml_export.embedded.ml.optimizers.losses import LogLoss, Loss, SquaredLoss, probabilities

RNG = np.random.default_rng(8)
CODES = RNG.integers(0, 2, 12)
WEIGHTS = RNG.random(12) + 0.1
LOSSES: list[Loss] = [
    SquaredLoss(RNG.normal(size=12)),
    LogLoss(CODES, WEIGHTS, 1),
    LogLoss(RNG.integers(0, 4, 12), WEIGHTS, 4),
]


@pytest.mark.parametrize("loss", LOSSES, ids=["squared", "binary", "multiclass"])
def test_slope_is_the_derivative_of_value(loss: Loss) -> None:
    """Every entry of the slope equals the central difference."""
    eta = np.random.default_rng(1).normal(size=(12, loss.outputs))
    slope, step = loss.slope(eta), 1e-6
    for at in np.ndindex(eta.shape):
        up, down = eta.copy(), eta.copy()
        up[at] += step
        down[at] -= step
        difference = (loss.value(up) - loss.value(down)) / (2 * step)
        assert slope[at] == pytest.approx(difference, abs=1e-8)


def test_log_loss_is_weighted_by_row() -> None:
    """The value is scikit-learn's log_loss with sample weights."""
    eta = np.random.default_rng(2).normal(size=(12, 1))
    expected = log_loss(CODES, probabilities(eta), sample_weight=WEIGHTS)
    assert LogLoss(CODES, WEIGHTS, 1).reported(eta) == pytest.approx(expected)


@pytest.mark.parametrize("outputs", [1, 3])
def test_probabilities_of_extreme_predictors_stay_finite(outputs: int) -> None:
    """A predictor of a million is a certainty, not an overflow."""
    eta = np.full((2, outputs), -1e6)
    eta[0, 0] = 1e6
    probs = probabilities(eta)
    assert np.isfinite(probs).all()
    assert probs.sum(axis=1).tolist() == pytest.approx([1, 1])
    assert probs[0, 0] == 1


def test_squared_loss_reports_the_mean_squared_error() -> None:
    """Training halves it, BigQuery's figure does not."""
    loss = SquaredLoss(np.array([1.0, 3.0]))
    assert loss.reported(np.zeros((2, 1))) == 5
    assert loss.value(np.zeros((2, 1))) == 2.5
