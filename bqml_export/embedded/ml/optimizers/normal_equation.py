"""The exact solution of (ridge) linear regression: OPTIMIZE_STRATEGY='NORMAL_EQUATION'.

The one-hot columns of a feature add up to the intercept's column, so the design has not full
rank and many weights fit equally well. Of those we take the shortest, which keeps categories'
weights small: a category that training has not seen then predicts near the mean. (BigQuery's own
weights may be huge and cancel each other; predictions inside the vocabulary are the same.)
"""

from __future__ import annotations

import numpy as np

from bqml_export.embedded.ml.data.columns import Floats
from bqml_export.embedded.ml.features.design import Design

WIDEST_DENSE_SOLUTION = 1500
"""Widest design whose d x d matrix is decomposed; that takes seconds and some 100 MB."""

_SMALLEST_EIGENVALUE = 1e-12
_TOLERANCE = 1e-12
_MOST_STEPS = 2000


def solve(design: Design, label: Floats, l2_reg: float) -> Floats:
    """Returns the weights [d, 1] that minimise squared error + l2_reg * squared weights.

    The intercept is not penalised. `l2_reg` is scikit-learn's `Ridge(alpha=...)` on standardised
    features; BigQuery does not publish its scale.
    """
    target = design.transposed_times(label[:, None])
    penalty = penalty_of(design.width, l2_reg)
    if design.width <= WIDEST_DENSE_SOLUTION:
        return _solve_dense(design.gram() + np.diag(penalty), target)
    return _solve_wide(design, target, penalty)


def penalty_of(width: int, l2_reg: float) -> Floats:
    """Returns the L2 penalty of each weight: all but the intercept's, which is last."""
    penalty = np.full(width, l2_reg)
    penalty[-1] = 0.0
    return penalty


def _solve_dense(gram: Floats, target: Floats) -> Floats:
    # Columns of equal length: otherwise a rare category would look like a rank deficiency.
    lengths = np.sqrt(np.maximum(np.diag(gram), 0.0))
    unit = np.where(lengths > 0, lengths, 1.0)
    values, vectors = np.linalg.eigh(gram / np.outer(unit, unit))
    keep = values > _SMALLEST_EIGENVALUE * values[-1]
    rotated = vectors[:, keep].T @ (target / unit[:, None])
    result: Floats = vectors[:, keep] @ (rotated / values[keep, None]) / unit[:, None]
    return result


def _solve_wide(design: Design, target: Floats, penalty: Floats) -> Floats:
    """Solves by conjugate gradients: only products with the matrix, so memory stays small.

    Started at zero it also ends at the shortest solution.
    """
    squares = design.column_squares() + penalty
    divisor = np.where(squares > 0, squares, 1.0)[:, None]
    weights, residual = np.zeros_like(target), target.copy()
    step_to = residual / divisor
    direction, size = step_to, float(np.vdot(residual, step_to))
    goal = size * _TOLERANCE**2
    for _ in range(_MOST_STEPS):
        if size <= goal:
            break
        image = design.transposed_times(design.times(direction)) + penalty[:, None] * direction
        length = size / float(np.vdot(direction, image))
        weights += length * direction
        residual -= length * image
        step_to = residual / divisor
        previous, size = size, float(np.vdot(residual, step_to))
        direction = step_to + size / previous * direction
    return weights
