"""Writes a trained model as the SavedModel that BigQuery's EXPORT MODEL would write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.embedded.ml.columns import category_bytes
from bqml_export.embedded.ml.preprocessing import CategoricalFeature, Feature, NumericFeature
from bqml_export.embedded.ml.savedmodel import (
    EMPTY_STRING,
    CategoricalInput,
    Coefficients,
    GraphInput,
    NumericInput,
    write_linear_reg,
    write_logistic_reg,
)
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.embedded.ml.model import GLMModel


def export_model(model: GLMModel, directory: Path, name: str = "") -> None:
    """Writes `model`, called `name` in errors, to `directory`, which must not exist.

    Raises:
        InvalidQueryError: BigQuery would not export the model, or a category holds a line break,
            which a vocabulary file cannot.
        NotSupportedError: The model has a TRANSFORM clause.
    """
    _check_exportable(model, name)
    inputs = [_graph_input(feature) for feature in model.layout.features]
    outputs = model.coefficients.shape[1]
    coefficients = [_coefficients(model, k) for k in range(outputs)]
    if model.classes is None:
        write_linear_reg(directory, inputs, coefficients[0], model.label.name)
    else:
        texts = model.classes.texts
        write_logistic_reg(directory, inputs, texts, coefficients, model.label.name)


def _check_exportable(model: GLMModel, name: str) -> None:
    if model.transform is not None:
        raise NotSupportedError(
            f"{f'Model {name}'.strip()}: the embedded BigQuery ML does not export models with a "
            "TRANSFORM clause; move its expressions into the SELECT of the training query"
        )
    if model.not_exportable is not None:
        raise InvalidQueryError(
            f"{f'Model {name}'.strip()} is not exportable from BigQueryML: {model.not_exportable}; "
            "use scalar columns, such as EXTRACT(HOUR FROM t) or CAST(t AS DATE), instead"
        )


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
