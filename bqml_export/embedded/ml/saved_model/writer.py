"""Writes SavedModels with the graph of BigQuery ML's LINEAR_REG and LOGISTIC_REG exports.

The shape was taken from real exports: placeholders named like the columns, TF1 feature columns
joined by `input_layer` and cast to float32 on the way, one `weights` and one `intercept` variable
(per class for LOGISTIC_REG), one MetaGraph with the tag `serve` and the signature
`serving_default`. From the same weights the signature is equal to the real one and predictions
are equal in every bit.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from bqml_export.embedded.ml.saved_model._seal import seal
from bqml_export.embedded.ml.saved_model._tensorflow_runtime import quiet, tf

v1 = tf.compat.v1

Tensor: TypeAlias = Any  # TensorFlow ships no type information

EMPTY_STRING = b"__empty_string_replacement__"
"""What the graph looks up in place of an empty string, which feature columns take for missing."""


@dataclass(frozen=True, slots=True)
class NumericInput:
    """An INT64, FLOAT64, NUMERIC or BIGNUMERIC column."""

    name: str


@dataclass(frozen=True, slots=True)
class CategoricalInput:
    """A column of categories; `vocabulary` has one line of the assets file per category."""

    name: str
    vocabulary: tuple[bytes, ...]
    is_bool: bool = False


GraphInput: TypeAlias = NumericInput | CategoricalInput


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Raw-scale weights: for each input one, or one per line of its vocabulary."""

    weights: Mapping[str, Sequence[float]]
    intercept: float


def write_linear_reg(
    path: Path,
    inputs: Sequence[GraphInput],
    coefficients: Coefficients,
    label: str,
    *,
    float_dtype: str = "float64",
) -> None:
    """Writes a LINEAR_REG export to `path`, which must not exist.

    The output is `predicted_<label>`, float64 [-1, 1]. `float_dtype` of numeric inputs is
    'float64', or 'float32' as before mid 2022.
    """
    with tempfile.TemporaryDirectory() as scratch, tf.Graph().as_default() as graph, quiet():
        placeholders, dense = _input_layer(inputs, Path(scratch), float_dtype)
        weights = _variable(_flat(inputs, coefficients), "weights")
        intercept = _variable(np.float64(coefficients.intercept), "intercept")
        compute = tf.add(tf.matmul(dense, weights), intercept, name="compute")
        outputs = {f"predicted_{label}": compute}
        _save(path, graph, placeholders, outputs)
        seal(path, Path(scratch))
    _explain(path, inputs, placeholders, f"predicted_{label}", compute)


def write_logistic_reg(
    path: Path,
    inputs: Sequence[GraphInput],
    classes: Sequence[str],
    coefficients: Sequence[Coefficients],
    label: str,
    *,
    float_dtype: str = "float64",
) -> None:
    """Writes a LOGISTIC_REG export to `path`, which must not exist.

    `classes` are the K labels as text, in the order of `<label>_values`; `coefficients` those of
    each class, of the first one alone when there are two. The outputs are `predicted_<label>`,
    string [-1, 1], `<label>_probs`, float64 [-1, K], and `<label>_values`, string [-1, K].
    """
    with tempfile.TemporaryDirectory() as scratch, tf.Graph().as_default() as graph, quiet():
        placeholders, dense = _input_layer(inputs, Path(scratch), float_dtype)
        logits = [
            tf.matmul(dense, _variable(_flat(inputs, own), f"{2 * i}_weight"))
            + _variable(np.float64(own.intercept), f"{2 * i + 1}_weight")
            for i, own in enumerate(coefficients)
        ]
        chosen, probs, values = _classify(dense, logits, classes)
        outputs = {f"predicted_{label}": chosen, f"{label}_probs": probs, f"{label}_values": values}
        _save(path, graph, placeholders, outputs)
        seal(path, Path(scratch))
    _explain(path, inputs, placeholders, f"{label}_probs", probs)


def _classify(
    dense: Tensor, logits: Sequence[Tensor], classes: Sequence[str]
) -> tuple[Tensor, Tensor, Tensor]:
    if len(logits) == 1:
        positive = tf.sigmoid(logits[0])
        raw = tf.concat([positive, 1.0 - positive], 1)
    else:
        raw = tf.nn.softmax(tf.concat(logits, 1))
    rows = tf.shape(dense)[0]
    row = tf.expand_dims(tf.constant(list(classes)), 0)
    values = tf.tile(row, tf.stack([rows, 1]), name="output_labels")
    best = tf.stack([tf.cast(tf.range(rows), tf.int64), tf.argmax(raw, 1)], axis=1)
    chosen = tf.reshape(tf.gather_nd(values, best), [-1, 1], name="output_class")
    return chosen, tf.reshape(raw, tf.shape(values), name="output_probs"), values


def _input_layer(
    inputs: Sequence[GraphInput], scratch: Path, float_dtype: str
) -> tuple[dict[str, Tensor], Tensor]:
    """Returns the placeholder of each input, and the joined columns as float64 [n, width]."""
    placeholders: dict[str, Tensor] = {}
    tensors: dict[str, Tensor] = {}
    columns = []
    for item in _in_export_order(inputs):
        name = _tensor_name(item.name)
        if isinstance(item, NumericInput):
            placeholder = v1.placeholder(float_dtype, [None], name=name)
            tensors[name] = placeholder
            columns.append(v1.feature_column.numeric_column(name))
        else:
            dtype = tf.bool if item.is_bool else tf.string
            placeholder = v1.placeholder(dtype, [None], name=name)
            tensors[name] = _lookup_key(placeholder, is_bool=item.is_bool)
            columns.append(_one_hot(name, item, scratch))
        placeholders[item.name] = placeholder
    dense = v1.feature_column.input_layer(tensors, columns)
    return placeholders, tf.cast(dense, tf.float64)


def _lookup_key(placeholder: Tensor, *, is_bool: bool) -> Tensor:
    if is_bool:
        return tf.strings.as_string(placeholder)
    replacement = tf.tile(tf.constant([EMPTY_STRING]), tf.shape(placeholder))
    return tf.where(tf.equal(placeholder, ""), replacement, placeholder)


def _one_hot(name: str, item: CategoricalInput, scratch: Path) -> object:
    # The file keeps its base name under assets/; a column name need not be a file name.
    file = scratch / f"{name}.txt"
    file.write_bytes(b"\n".join(item.vocabulary))
    column = v1.feature_column.categorical_column_with_vocabulary_file(
        name, str(file), vocabulary_size=len(item.vocabulary)
    )
    return v1.feature_column.indicator_column(column)


def _in_export_order(inputs: Sequence[GraphInput]) -> list[GraphInput]:
    return sorted(inputs, key=lambda i: (isinstance(i, CategoricalInput), i.name))


def _tensor_name(column: str) -> str:
    """Returns a legal TensorFlow name; a column name may start with `_` or hold other letters."""
    legal = re.sub(r"[^A-Za-z0-9_]", lambda m: f"u{ord(m[0]):x}", column)
    return f"c{legal}" if legal.startswith("_") else legal


def _flat(inputs: Sequence[GraphInput], coefficients: Coefficients) -> np.ndarray[Any, Any]:
    """Returns the weights [width, 1] in the order in which `input_layer` joins columns."""

    def key(item: GraphInput) -> str:
        name = _tensor_name(item.name)
        return f"{name}_indicator" if isinstance(item, CategoricalInput) else name

    ordered = sorted(inputs, key=key)
    parts = [np.asarray(coefficients.weights[i.name], np.float64).ravel() for i in ordered]
    return np.concatenate(parts)[:, None]


def _variable(value: object, name: str) -> Tensor:
    return v1.Variable(tf.constant(value), name=name, use_resource=True)


def _save(
    path: Path, graph: Tensor, inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor]
) -> None:
    init = v1.group(v1.global_variables_initializer(), v1.tables_initializer())
    info = v1.saved_model.build_tensor_info
    signature = v1.saved_model.build_signature_def(
        {name: info(tensor) for name, tensor in inputs.items()},
        {name: info(tensor) for name, tensor in outputs.items()},
        v1.saved_model.signature_constants.PREDICT_METHOD_NAME,
    )
    with v1.Session(graph=graph) as session:
        session.run(init)
        builder = v1.saved_model.Builder(str(path))
        builder.add_meta_graph_and_variables(
            session,
            [v1.saved_model.tag_constants.SERVING],
            {"serving_default": signature},
            main_op=init,
            assets_collection=v1.get_collection(v1.GraphKeys.ASSET_FILEPATHS),
            strip_default_attrs=True,
        )
        builder.save()


def _explain(
    path: Path,
    inputs: Sequence[GraphInput],
    placeholders: Mapping[str, Tensor],
    output_name: str,
    output: Tensor,
) -> None:
    """Writes explanation_metadata.json as exports since 2023 have it.

    Real files say "numeric" of STRING columns too. Of LOGISTIC_REG no real file was at hand;
    the explained output is taken to be the probabilities.
    """
    metadata = {
        "outputs": {output_name: {"output_tensor_name": output.name}},
        "inputs": {
            item.name: {
                "input_tensor_name": placeholders[item.name].name,
                "encoding": "identity",
                "modality": "numeric",
            }
            for item in _in_export_order(inputs)
        },
        "framework": "Tensorflow",
        "tags": ["explainable_ai_sdk"],
    }
    (path / "explanation_metadata.json").write_text(json.dumps(metadata, indent=2))
