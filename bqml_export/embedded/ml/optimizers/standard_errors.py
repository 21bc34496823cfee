"""CALCULATE_P_VALUES: the standard errors of a GLM's weights, for ML.ADVANCED_WEIGHTS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bqml_export.embedded.ml.data.columns import Floats
from bqml_export.embedded.ml.features.design import Design, Layout
from bqml_export.embedded.ml.optimizers.losses import LogLoss, Loss, probabilities
from bqml_export.embedded.ml.optimizers.normal_equation import penalty_of
from bqml_export.errors import InvalidQueryError

MOST_COLUMNS = 1000
_SMALLEST_EIGENVALUE = 1e-10


@dataclass(frozen=True, slots=True)
class StandardErrors:
    """Standard errors by column of the design matrix, length d; NaN where there is none.

    `degrees_of_freedom` is that of LINEAR_REG's t distribution; None is the normal one.
    """

    raw: tuple[float, ...]
    standardized: tuple[float, ...]
    degrees_of_freedom: int | None


def standard_errors(
    layout: Layout, design: Design, loss: Loss, weights: Floats, l2_reg: float
) -> StandardErrors:
    """Returns the errors of standardised `weights` [d, 1] on the training rows."""
    if design.width - 1 > MOST_COLUMNS:
        raise InvalidQueryError(
            f"Option CALCULATE_P_VALUES=TRUE takes features of at most {MOST_COLUMNS} columns in "
            f"all, but these have {design.width - 1}."
        )
    eta = design.times(weights)
    hessian, dispersion, freedom = _curvature(design, loss, eta)
    penalty = np.diag(penalty_of(design.width, l2_reg))
    kept = [i for i in range(layout.width) if i not in set(layout.dropped())]
    covariance = dispersion * _inverse(hessian + penalty, kept)
    to_raw = layout.to_raw_scale(np.eye(layout.width))
    return StandardErrors(
        _roots(to_raw @ np.nan_to_num(covariance) @ to_raw.T, np.isnan(np.diag(covariance))),
        _roots(covariance, np.isnan(np.diag(covariance))),
        freedom,
    )


def _curvature(design: Design, loss: Loss, eta: Floats) -> tuple[Floats, float, int | None]:
    """Returns the Hessian of the summed loss, the dispersion and the degrees of freedom."""
    if isinstance(loss, LogLoss):
        positive = probabilities(eta)[:, 0]
        spread = np.sqrt(loss.row_weights * positive * (1 - positive))
        return design.weighted(spread).gram(), 1.0, None
    hessian = design.gram()
    freedom = design.rows - int(np.count_nonzero(np.diag(hessian)))
    if freedom <= 0:
        raise InvalidQueryError(
            f"Option CALCULATE_P_VALUES=TRUE needs more rows than columns, but {design.rows} rows "
            f"train {design.rows - freedom} columns."
        )
    return hessian, design.rows * loss.reported(eta) / freedom, freedom


def _inverse(hessian: Floats, columns: list[int]) -> Floats:
    kept = hessian[np.ix_(columns, columns)]
    lengths = np.sqrt(np.diag(kept))
    unit = kept / np.outer(lengths, lengths) if (lengths > 0).all() else np.zeros_like(kept)
    if np.linalg.eigvalsh(unit)[0] < _SMALLEST_EIGENVALUE:
        raise InvalidQueryError(
            "Option CALCULATE_P_VALUES=TRUE: the feature columns depend linearly on each other "
            "(or one is constant), so their weights have no standard errors; leave some out or "
            "set L2_REG."
        )
    result = np.full_like(hessian, np.nan)
    result[np.ix_(columns, columns)] = np.linalg.inv(unit) / np.outer(lengths, lengths)
    return result


def _roots(
    covariance: Floats, absent: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[float, ...]:
    variances = np.where(absent, np.nan, np.diag(covariance))
    return tuple(np.sqrt(variances).tolist())
