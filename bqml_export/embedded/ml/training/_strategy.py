"""How a LINEAR_REG model is optimised: BigQuery's rule for AUTO_STRATEGY."""

from __future__ import annotations

from bqml_export.embedded.ml.features.design import Layout
from bqml_export.embedded.ml.options.training_options import TrainingOptions
from bqml_export.errors import InvalidQueryError

LARGEST_CARDINALITY = 10_000
ROWS_PER_COLUMN = 10


def choose_strategy(options: TrainingOptions, layout: Layout, rows: int) -> str:
    """Returns 'NORMAL_EQUATION' or 'BATCH_GRADIENT_DESCENT' for `rows` training rows."""
    cardinality = layout.width - 1
    too_wide = cardinality > LARGEST_CARDINALITY
    if options.optimize_strategy == "NORMAL_EQUATION" and too_wide:
        raise InvalidQueryError(
            "Option OPTIMIZE_STRATEGY='NORMAL_EQUATION' takes features of at most "
            f"{LARGEST_CARDINALITY} columns in all, but these have {cardinality}; "
            "use 'BATCH_GRADIENT_DESCENT'."
        )
    if options.is_classifier or options.optimize_strategy == "BATCH_GRADIENT_DESCENT":
        return "BATCH_GRADIENT_DESCENT"
    if options.optimize_strategy == "NORMAL_EQUATION":
        return "NORMAL_EQUATION"
    descend = options.l1_reg > 0 or options.warm_start or too_wide
    too_few_rows = rows < ROWS_PER_COLUMN * cardinality
    return "BATCH_GRADIENT_DESCENT" if descend or too_few_rows else "NORMAL_EQUATION"
