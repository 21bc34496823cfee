"""One form for the predictions of both sides."""

from __future__ import annotations

import pytest

from bqml_export.errors import NotSupportedError
from bqml_export.parity._prediction import Prediction, outputs_of

LOGISTIC = ("predicted_species", "species_probs", "species_values")


def test_classes_are_matched_by_name_never_by_position() -> None:
    """The warehouse lists the likeliest first, the export has an order of its own."""
    outputs = outputs_of("LOGISTIC_REGRESSION", "species", "STRING", LOGISTIC)
    warehouse = outputs.of_warehouse(
        {
            "predicted_species": "b",
            "predicted_species_probs": [{"label": "b", "prob": 0.7}, {"label": "a", "prob": 0.3}],
        }
    )
    endpoint = outputs.of_endpoint(
        {
            "predicted_species": ["b"],
            "species_values": ["a", "b"],
            "species_probs": [0.3, 0.7],
        }
    )
    assert warehouse == endpoint == Prediction(label="b", probabilities={"a": 0.3, "b": 0.7})


@pytest.mark.parametrize(
    ("sql_type", "value", "text"),
    [("INT64", 1, "1"), ("BOOL", True, "true"), ("FLOAT64", 1.0, "1"), ("NUMERIC", 0.5, "0.50")],
)
def test_a_class_of_any_type_is_the_text_of_the_export(
    sql_type: str, value: object, text: str
) -> None:
    """The export has only texts, BigQuery the label's own type."""
    outputs = outputs_of("LOGISTIC_REGRESSION", "species", sql_type, LOGISTIC)
    probabilities = [{"label": value, "prob": 1.0}]
    row = {"predicted_species": value, "predicted_species_probs": probabilities}
    answer = {"predicted_species": [text], "species_values": [text], "species_probs": [1.0]}
    assert outputs.of_warehouse(row) == outputs.of_endpoint(answer)


def test_a_dnn_classifier_names_its_outputs_otherwise() -> None:
    """The estimator's names are known too."""
    outputs = outputs_of(
        "DNN_CLASSIFIER", "y", "STRING", ("all_classes", "classes", "probabilities", "logits")
    )
    answer = {"classes": ["a"], "all_classes": ["b", "a"], "probabilities": [0.2, 0.8]}
    assert outputs.of_endpoint(answer) == Prediction(label="a", probabilities={"b": 0.2, "a": 0.8})


@pytest.mark.parametrize("answer", [[0.25], 0.25])
def test_the_only_output_of_a_regression_has_no_name(answer: object) -> None:
    """So TensorFlow Serving's REST answers it."""
    outputs = outputs_of("LINEAR_REGRESSION", "y", "FLOAT64", ("predicted_y",))
    assert outputs.of_endpoint(answer) == Prediction(number=0.25)
    assert outputs.of_warehouse({"predicted_y": 0.25}) == Prediction(number=0.25)


def test_outputs_that_are_not_compared_are_named() -> None:
    """With the type of the model."""
    with pytest.raises(NotSupportedError, match=r"centroid_distances, .* of a KMEANS model"):
        outputs_of("KMEANS", "", "", ("centroid_distances", "nearest_centroid_id"))
