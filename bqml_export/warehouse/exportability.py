"""Whether BigQuery can export a model, and in which format (bigquery/docs/exporting-models)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.errors import NotSupportedError

if TYPE_CHECKING:
    from bqml_export.warehouse.description import ModelDescription

SAVED_MODEL_FORMAT = "ML_TF_SAVED_MODEL"
BOOSTER_FORMAT = "ML_XGBOOST_BOOSTER"

_BOOSTERS = frozenset(
    f"{family}_{task}"
    for family in ("BOOSTED_TREE", "RANDOM_FOREST")
    for task in ("CLASSIFIER", "REGRESSOR")
)
# The REST enum says LINEAR_REGRESSION where SQL says LINEAR_REG; both spellings are met.
_SAVED_MODELS = frozenset(
    {
        "AUTOENCODER",
        "AUTOML_CLASSIFIER",
        "AUTOML_REGRESSOR",
        "DNN_CLASSIFIER",
        "DNN_REGRESSOR",
        "DNN_LINEAR_COMBINED_CLASSIFIER",
        "DNN_LINEAR_COMBINED_REGRESSOR",
        "KMEANS",
        "LINEAR_REG",
        "LINEAR_REGRESSION",
        "LOGISTIC_REG",
        "LOGISTIC_REGRESSION",
        "MATRIX_FACTORIZATION",
        "PCA",
        "TENSORFLOW",
        "TRANSFORM_ONLY",
    }
)
_REFUSED_TYPES = ("TIMESTAMP", "ARRAY", "GEOGRAPHY")


def obstacles(description: ModelDescription) -> list[str]:
    """Returns one sentence for each thing that would make an export fail; none means go."""
    found = []
    if description.model_type not in _BOOSTERS | _SAVED_MODELS:
        found.append(f"models of type {description.model_type} cannot be exported")
    # With TRANSFORM only what it puts out counts; the columns that it reads may have any type.
    trained_on = description.transform_columns or description.feature_columns
    found += [
        f"feature '{column.name}' has the type {column.type}, which cannot be exported"
        for column in trained_on
        if column.type.startswith(_REFUSED_TYPES)
    ]
    return found


def require_exportable(description: ModelDescription, trial_id: int | None) -> None:
    """Returns when an export of the model, or of one of its trials, can succeed.

    Raises:
        NotSupportedError: It cannot; the message names every reason.
    """
    found = obstacles(description)
    if trial_id is not None and trial_id not in description.trials:
        known = ", ".join(map(str, description.trials))
        found.append(
            f"trial {trial_id} is not one of {known}"
            if known
            else f"it was trained without trials, so there is no trial {trial_id}"
        )
    if found:
        raise NotSupportedError(
            f"model {description.reference} cannot be exported: {'; '.join(found)}",
            hint="train with EXTRACT(... FROM column) or CAST in place of such a column"
            if any("feature" in sentence for sentence in found)
            else None,
        )


def destination_format(model_type: str) -> str:
    """Returns the destinationFormat that fits the model type."""
    return BOOSTER_FORMAT if model_type in _BOOSTERS else SAVED_MODEL_FORMAT
