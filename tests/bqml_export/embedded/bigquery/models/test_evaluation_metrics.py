"""What models.get says of a training run."""

from __future__ import annotations

import json

import pytest

from bqml_export.embedded.bigquery.backend.penguins import penguins
from bqml_export.embedded.bigquery.models._evaluation_metrics import (
    evaluation_metrics,
    global_explanations,
)
from bqml_export.embedded.bigquery.protocol.result_set import engine_table
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.ml.options.training_options import parse_options
from bqml_export.embedded.ml.training.train import train
from bqml_export.sql.values import OptionValue


def trained(label: str, model_type: str, **options: OptionValue) -> GLMModel:
    """Returns a model of the penguins' whole table."""
    given: dict[str, OptionValue] = {"model_type": model_type, "input_label_cols": [label]}
    return train(engine_table(penguins()), parse_options(given | options))


def test_three_classes_have_a_confusion_matrix() -> None:
    """Every row is counted once; counts are INT64, which JSON writes as text."""
    metrics = evaluation_metrics(trained("species", "logistic_reg"))[
        "multiClassClassificationMetrics"
    ]
    (matrix,) = metrics["confusionMatrixList"]
    entries = [entry for row in matrix["rows"] for entry in row["entries"]]
    assert sum(int(entry["itemCount"]) for entry in entries) == 344
    assert metrics["aggregateClassificationMetrics"]["accuracy"] > 0.98


def test_two_classes_have_a_matrix_per_threshold() -> None:
    """Each adds up to all rows; the labels are named."""
    table = engine_table(penguins())
    known = table.only([i for i, s in enumerate(table.columns["sex"]) if s in {"MALE", "FEMALE"}])
    options = parse_options({"model_type": "logistic_reg", "input_label_cols": ["sex"]})
    metrics = evaluation_metrics(train(known, options))["binaryClassificationMetrics"]
    assert (metrics["positiveLabel"], metrics["negativeLabel"]) == ("MALE", "FEMALE")
    for matrix in metrics["binaryConfusionMatrixList"]:
        counts = ("truePositives", "falsePositives", "trueNegatives", "falseNegatives")
        assert sum(int(matrix[name]) for name in counts) == known.num_rows
        assert 0 <= matrix["f1Score"] <= 1


def test_regression_has_numbers_only() -> None:
    """All of it is JSON."""
    model = trained("body_mass_g", "linear_reg")
    metrics = json.loads(json.dumps(evaluation_metrics(model), allow_nan=False))
    assert metrics["regressionMetrics"]["rSquared"] == pytest.approx(model.metrics["r2_score"])
    assert global_explanations(model) == {}


def test_global_explanations_are_by_model_and_by_class() -> None:
    """With ENABLE_GLOBAL_EXPLAIN, the most important feature first."""
    shown = global_explanations(trained("species", "logistic_reg", enable_global_explain=True))
    whole = shown["modelLevelGlobalExplanation"]["explanations"]
    assert len(whole) == 6
    assert whole[0]["attribution"] >= whole[-1]["attribution"]
    assert len(shown["classLevelGlobalExplanations"]) == 3
