"""What models.get answers, in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from google.cloud import bigquery

from bqml_export.errors import NotFoundError
from bqml_export.model_reference import ModelReference
from bqml_export.repository.record import Column
from bqml_export.warehouse.description import describe, from_resource, sql_type

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from bqml_export.warehouse.description import ModelDescription
    from foundation.json_types import JsonObject

RESOURCE: JsonObject = {
    "modelReference": {"projectId": "p", "datasetId": "d", "modelId": "m"},
    "creationTime": "1700000000123",
    "modelType": "BOOSTED_TREE_CLASSIFIER",
    "location": "europe-west1",
    "etag": "e",
    "defaultTrialId": "3",
    "hparamTrials": [
        {"trialId": "1"},
        {"trialId": "3", "evaluationMetrics": {"regressionMetrics": {"rSquared": 0.7}}},
    ],
    "trainingRuns": [
        {"results": [{"index": 0}]},
        {
            "startTime": "2026-01-01T00:00:00Z",
            "trainingOptions": {"maxIterations": "9"},
            "results": [{"index": 0}, {"index": 1}],
            "evaluationMetrics": {
                "binaryClassificationMetrics": {
                    "aggregateClassificationMetrics": {"accuracy": 0.5, "rocAuc": 1},
                    "positiveLabel": "yes",
                    "binaryConfusionMatrixList": [{"recall": 0.1}],
                }
            },
        },
    ],
}


def test_the_last_training_run_counts() -> None:
    """Options, metrics and iterations are those of the model as it is now."""
    model = from_resource(bigquery.Model.from_api_repr(RESOURCE))
    assert model.iterations == 2
    assert model.metrics == {"accuracy": 0.5, "rocAuc": 1.0}
    assert model.training_options == {"maxIterations": "9"}
    assert (model.default_trial_id, model.trials) == (3, {1: {}, 3: {"rSquared": 0.7}})
    assert model.record("bigquery", 3).metrics == {"rSquared": 0.7}
    assert model.created == "2023-11-14T22:13:20.123Z"


@pytest.mark.parametrize(
    ("resource", "sql"),
    [
        ({"typeKind": "INT64"}, "INT64"),
        ({"typeKind": "ARRAY", "arrayElementType": {"typeKind": "STRING"}}, "ARRAY<STRING>"),
        (
            {
                "typeKind": "STRUCT",
                "structType": {"fields": [{"name": "a", "type": {"typeKind": "DATE"}}, {}]},
            },
            "STRUCT<a DATE, UNKNOWN>",
        ),
    ],
)
def test_types_are_written_as_in_sql(resource: JsonObject, sql: str) -> None:
    """Nested types keep their parts."""
    assert sql_type(resource) == sql


def test_a_trained_model_is_described(tiny_model: ModelDescription) -> None:
    """The schema has BigQuery's types, which no export keeps."""
    assert tiny_model.feature_columns == (Column("petal_length", "FLOAT64"),)
    assert tiny_model.label_columns == (Column("petal_width", "FLOAT64"),)
    assert tiny_model.iterations >= 1
    assert tiny_model.etag


def test_a_model_that_does_not_exist_is_named(google_clients: Clients) -> None:
    """The error names the model in full and how to find others."""
    with pytest.raises(NotFoundError, match=r"model local\.shop\.none does not exist"):
        describe(google_clients, ModelReference.parse("shop.none"))
