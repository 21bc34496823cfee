"""What one iteration of training reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Iteration:
    """One row of ML.TRAINING_INFO; the loss is mean squared error or mean log loss.

    `eval_loss` is None without a split, and `learning_rate` for the normal equation.
    """

    index: int
    loss: float
    eval_loss: float | None
    learning_rate: float | None
    duration_ms: int
