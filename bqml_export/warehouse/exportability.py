"""Whether BigQuery can export a model, and in which format (bigquery/docs/exporting-models)."""

from __future__ import annotations

from dataclasses import dataclass

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
_REFUSED_TYPES = {
    "TIMESTAMP": "train with EXTRACT(... FROM column) or UNIX_SECONDS(column) in its place",
    "ARRAY": "train with its elements as columns of their own",
    "GEOGRAPHY": "train with ST_X(column) and ST_Y(column) in its place",
}
_EXPORTABLE = "linear and logistic regression, trees, DNN, k-means, PCA and others"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that would make an export fail, and what can be done about it."""

    message: str
    hint: str | None = None


def obstacles(description: ModelDescription) -> list[Obstacle]:
    """Returns each thing about the model that would make an export fail; none means go."""
    found = []
    if description.model_type not in _BOOSTERS | _SAVED_MODELS:
        message = f"models of type {description.model_type} cannot be exported"
        found.append(Obstacle(message, "train a model of an exportable type: " + _EXPORTABLE))
    # With TRANSFORM only what it puts out counts; the columns that it reads may have any type.
    trained_on = description.transform_columns or description.feature_columns
    for column in trained_on:
        for refused, hint in _REFUSED_TYPES.items():
            if column.type.startswith(refused):
                message = f"feature '{column.name}' has the type {column.type}, "
                found.append(Obstacle(message + "which cannot be exported", hint))
    return found


def trial_obstacle(description: ModelDescription, trial_id: int | None) -> list[Obstacle]:
    """Returns what is wrong with the hyper-parameter trial that was asked for, if anything."""
    if trial_id is None or trial_id in description.trials:
        return []
    if not description.trials:
        message = f"it was trained without trials, so there is no trial {trial_id}"
        return [Obstacle(message, "leave --trial-id out")]
    known = ", ".join(map(str, description.trials))
    return [Obstacle(f"trial {trial_id} is not one of {known}", "choose one of those")]


def destination_format(model_type: str) -> str:
    return BOOSTER_FORMAT if model_type in _BOOSTERS else SAVED_MODEL_FORMAT
