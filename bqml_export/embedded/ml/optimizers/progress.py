"""What one iteration of training reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Iteration:
    """One row of ML.TRAINING_INFO.

    Attributes:
        index: Number of the iteration, from 0.
        loss: Mean squared error or mean log loss of the training rows, after the iteration.
        eval_loss: The same for the evaluation rows; None without a split.
        learning_rate: Step length; None for the normal equation.
        duration_ms: Wall time of the iteration.
    """

    index: int
    loss: float
    eval_loss: float | None
    learning_rate: float | None
    duration_ms: int
