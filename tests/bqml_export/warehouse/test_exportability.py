"""What would make an export fail is named before a job is spent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.repository.record import Column
from bqml_export.warehouse.exportability import destination_format, obstacles, trial_obstacle

if TYPE_CHECKING:
    from bqml_export.warehouse.description import ModelDescription


@pytest.mark.parametrize("model_type", ["ARIMA_PLUS", "ONNX", "XGBOOST", "MODEL_TYPE_UNSPECIFIED"])
def test_a_type_that_cannot_be_exported_is_named(
    tiny_model: ModelDescription, model_type: str
) -> None:
    """The types that exporting-models does not list are refused by name."""
    (obstacle,) = obstacles(replace(tiny_model, model_type=model_type))
    assert obstacle.message == f"models of type {model_type} cannot be exported"


@pytest.mark.parametrize("column_type", ["TIMESTAMP", "ARRAY<STRING>", "GEOGRAPHY"])
def test_a_feature_that_cannot_be_exported_is_named(
    tiny_model: ModelDescription, column_type: str
) -> None:
    """Every such column is in the message, with its type."""
    columns = (Column("a", column_type), Column("b", "INT64"), Column("c", column_type))
    found = obstacles(replace(tiny_model, feature_columns=columns))
    assert [obstacle.message for obstacle in found] == [
        f"feature '{name}' has the type {column_type}, which cannot be exported" for name in "ac"
    ]
    assert all(obstacle.hint for obstacle in found)


def test_with_transform_only_its_results_count(tiny_model: ModelDescription) -> None:
    """A TIMESTAMP that TRANSFORM takes apart is no obstacle."""
    model = replace(
        tiny_model,
        feature_columns=(Column("at", "TIMESTAMP"),),
        transform_columns=(Column("hour", "INT64"),),
    )
    assert obstacles(model) == []


@pytest.mark.parametrize(
    ("trials", "words"), [((), "without trials"), ((1, 2), "trial 9 is not one of 1, 2")]
)
def test_a_trial_that_does_not_exist_is_named(
    tiny_model: ModelDescription, trials: tuple[int, ...], words: str
) -> None:
    """The trials that exist are listed."""
    (obstacle,) = trial_obstacle(replace(tiny_model, trials={trial: {} for trial in trials}), 9)
    assert words in obstacle.message


@pytest.mark.parametrize(
    ("model_type", "expected"),
    [
        ("LINEAR_REGRESSION", "ML_TF_SAVED_MODEL"),
        ("DNN_CLASSIFIER", "ML_TF_SAVED_MODEL"),
        ("BOOSTED_TREE_REGRESSOR", "ML_XGBOOST_BOOSTER"),
        ("RANDOM_FOREST_CLASSIFIER", "ML_XGBOOST_BOOSTER"),
    ],
)
def test_the_format_fits_the_type(model_type: str, expected: str) -> None:
    """Trees are exported as boosters, everything else as a SavedModel."""
    assert destination_format(model_type) == expected
