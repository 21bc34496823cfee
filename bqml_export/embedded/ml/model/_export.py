"""Writes a trained model as the SavedModel that BigQuery's EXPORT MODEL would write."""

from __future__ import annotations

from pathlib import Path

from bqml_export.embedded.ml.data.columns import category_bytes
from bqml_export.embedded.ml.features.preprocessing import (
    CategoricalFeature,
    Feature,
    NumericFeature,
)
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.ml.saved_model.writer import (
    EMPTY_STRING,
    CategoricalInput,
    Coefficients,
    GraphInput,
    NumericInput,
    write_linear_reg,
    write_logistic_reg,
)
from bqml_export.errors import InvalidQueryError


def export_model(model: GLMModel, directory: Path) -> None:
    """Writes what BigQuery would export to `directory`, which must not exist."""
    inputs = [_graph_input(feature) for feature in model.layout.features]
    outputs = model.coefficients.shape[1]
    coefficients = [_coefficients(model, k) for k in range(outputs)]
    if model.classes is None:
        write_linear_reg(directory, inputs, coefficients[0], model.label.name)
    else:
        texts = model.classes.texts
        write_logistic_reg(directory, inputs, texts, coefficients, model.label.name)


def _graph_input(feature: Feature) -> GraphInput:
    if isinstance(feature, NumericFeature):
        return NumericInput(feature.name)
    assert isinstance(feature, CategoricalFeature)  # arrays are not exportable
    vocabulary = tuple(_vocabulary_line(feature, text) for text in feature.categories)
    if len(set(vocabulary)) < len(vocabulary):
        raise InvalidQueryError(
            f"Column {feature.name} holds both an empty string and {EMPTY_STRING.decode()!r}, "
            "which the exported graph cannot tell apart; REPLACE one in the query."
        )
    return CategoricalInput(feature.name, vocabulary, is_bool=feature.type == "BOOL")


def _vocabulary_line(feature: CategoricalFeature, text: str) -> bytes:
    line = category_bytes(feature.type, text) or EMPTY_STRING
    if b"\n" in line or b"\r" in line:
        raise InvalidQueryError(
            f"Column {feature.name} has the category {text!r} with a line break, which the "
            "exported vocabulary (one category per line) cannot hold; REPLACE it in the query."
        )
    return line


def _coefficients(model: GLMModel, k: int) -> Coefficients:
    column = model.coefficients[:, k].tolist()
    weights = {f.name: [column[i]] for i, f in enumerate(model.layout.numeric)}
    for feature, at in zip(model.layout.categorical, model.layout.offsets(), strict=True):
        weights[feature.name] = column[at : at + len(feature.categories)]
    return Coefficients(weights, column[-1])
