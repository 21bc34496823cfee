"""What kind of BigQuery ML export a list of file names is.

Serving a model without its pre-processing, or a booster as if it were a SavedModel, would give
plausible wrong answers.
"""

from __future__ import annotations

import enum
from collections.abc import Collection


class ExportKind(enum.Enum):
    """The layouts of bigquery/docs/exporting-models."""

    SAVED_MODEL = "TensorFlow SavedModel"
    TRANSFORM_MODEL = "model trained with TRANSFORM"
    TRANSFORM_ONLY = "TRANSFORM_ONLY model"
    BOOSTER = "boosted tree or random forest (XGBoost booster)"
    NOT_AN_EXPORT = "not an export"


def kind_of(paths: Collection[str]) -> ExportKind:
    top = {path.split("/", 1)[0] for path in paths}
    if "model.bst" in paths:
        return ExportKind.BOOSTER
    if "saved_model.pb" in paths:
        return ExportKind.TRANSFORM_MODEL if "transform" in top else ExportKind.SAVED_MODEL
    return ExportKind.TRANSFORM_ONLY if "transform" in top else ExportKind.NOT_AN_EXPORT
