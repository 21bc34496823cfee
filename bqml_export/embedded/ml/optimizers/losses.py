"""The loss functions of generalised linear models, as functions of the linear predictor.

`value` is what training minimises, per row: half the squared error, or the log loss. `reported`
is BigQuery's figure: the mean squared error, or the mean log loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bqml_export.embedded.ml.data.columns import Floats

SMALLEST_PROBABILITY = 1e-15


class Loss(Protocol):
    """A convex loss of n rows; `eta` is the linear predictor, float64 [n, k]."""

    @property
    def outputs(self) -> int:
        """Number of linear predictors, k."""

    @property
    def stretch(self) -> float:
        """How far gradient descent stretches rare columns: 0 not at all, 1 to unit length."""

    @property
    def conjugate(self) -> bool:
        """Whether gradient descent bends its directions to reach the exact solution sooner."""

    def value(self, eta: Floats) -> float:
        """Returns the weighted mean of the rows' losses."""

    def slope(self, eta: Floats) -> Floats:
        """Returns the derivative of `value` by `eta`, [n, k]."""

    def reported(self, eta: Floats) -> float:
        """Returns the loss in BigQuery's unit."""


@dataclass(frozen=True, slots=True)
class SquaredLoss:
    """Linear regression. `label` is [n]."""

    label: Floats
    outputs: int = 1
    stretch: float = 1.0
    conjugate: bool = True

    def value(self, eta: Floats) -> float:
        return 0.5 * self.reported(eta)

    def slope(self, eta: Floats) -> Floats:
        return (eta - self.label[:, None]) / max(self.label.size, 1)

    def reported(self, eta: Floats) -> float:
        return float(np.mean(np.square(eta[:, 0] - self.label)))


@dataclass(frozen=True, slots=True)
class LogLoss:
    """Logistic regression: one predictor and a sigmoid for two classes, else softmax.

    Attributes:
        classes: The class of each row, [n]; with two classes, class 0 is the positive one.
        row_weights: The class weight of each row, [n].
        outputs: 1 for two classes, else the number of classes.
    """

    classes: npt.NDArray[np.intp]
    row_weights: Floats
    outputs: int
    stretch: float = 0.5
    conjugate: bool = False

    def value(self, eta: Floats) -> float:
        own = np.take_along_axis(_log_probabilities(eta), self.classes[:, None], axis=1)[:, 0]
        # Not a dot product: on short rows BLAS spends more time on its threads than on sums.
        return float(-np.sum(self.row_weights * own) / np.sum(self.row_weights))

    def slope(self, eta: Floats) -> Floats:
        """Returns probability minus truth, by row weight."""
        excess = probabilities(eta)
        excess[np.arange(self.classes.size), self.classes] -= 1.0
        share = self.row_weights / self.row_weights.sum()
        result: Floats = excess[:, : self.outputs] * share[:, None]
        return result

    def reported(self, eta: Floats) -> float:
        return self.value(eta)


def probabilities(eta: Floats) -> Floats:
    """Returns the probability of each class, [n, max(2, k)]; a single `eta` is class 0's logit."""
    return np.exp(_log_probabilities(eta))


def _log_probabilities(eta: Floats) -> Floats:
    if eta.shape[1] == 1:
        return -np.logaddexp(0.0, np.hstack([-eta, eta]))
    # Logits near the largest double may be further apart than a double can say.
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = eta - eta.max(axis=1, keepdims=True)
        result: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
