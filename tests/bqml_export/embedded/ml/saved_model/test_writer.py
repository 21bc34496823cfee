"""The graph that we write from given weights, against BigQuery's own exports.

Specification: for the columns and weights of a real export, our `serving_default` is equal to
the real one as a message, and every prediction is equal in every bit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from bqml_export.embedded.ml.data.table import Field, Table
from bqml_export.embedded.ml.saved_model._tensorflow_runtime import saved_model_pb2, tf
from bqml_export.embedded.ml.saved_model.writer import (
    CategoricalInput,
    Coefficients,
    GraphInput,
    NumericInput,
    write_linear_reg,
    write_logistic_reg,
)

Ask: TypeAlias = Callable[[Path, Table], Mapping[str, Any]]

TIP_NUMBERS = ("fare_amount", "passenger_count", "tolls_amount", "trip_distance")
TIP_CATEGORIES = ("DOLocationID", "PULocationID", "payment_type")
IRIS_COLUMNS = ("petal_length", "petal_width", "sepal_length", "sepal_width")
CLASSES = ("virginica", "versicolor", "setosa")
TIP_MODELS = ("tip_linear_reg", "tip_linear_reg_float32")


def meta_graph(export: Path) -> Any:
    """Returns the only MetaGraph of an export."""
    proto = saved_model_pb2.SavedModel.FromString((export / "saved_model.pb").read_bytes())
    assert len(proto.meta_graphs) == 1
    return proto.meta_graphs[0]


def variables(export: Path) -> Callable[[str], npt.NDArray[np.float64]]:
    """Returns a reader of the variables of an export."""
    reader = tf.train.load_checkpoint(str(export / "variables" / "variables"))
    return lambda name: np.asarray(reader.get_tensor(name))


def float_dtype_of(real: Path) -> str:
    """Returns the dtype of numeric inputs: exports before mid 2022 have float32."""
    inputs = meta_graph(real).signature_def["serving_default"].inputs
    dtypes = {tf.as_dtype(info.dtype).name for info in inputs.values()} - {"string"}
    assert len(dtypes) == 1
    return str(dtypes.pop())


def rebuild_tip(real: Path, path: Path) -> Path:
    """Writes a model with the columns, dtypes and weights of a real tip model."""
    inputs: list[GraphInput] = [NumericInput(name) for name in TIP_NUMBERS]
    for name in TIP_CATEGORIES:
        lines = (real / "assets" / f"{name}.txt").read_bytes().split(b"\n")
        inputs.append(CategoricalInput(name, tuple(lines)))
    read, at = variables(real), 0
    flat, weights = read("weights").ravel(), dict[str, Sequence[float]]()
    # `input_layer` joins columns by name, categories as <name>_indicator.
    for item in sorted(inputs, key=lambda i: i.name):
        size = len(item.vocabulary) if isinstance(item, CategoricalInput) else 1
        weights[item.name], at = flat[at : at + size].tolist(), at + size
    coefficients = Coefficients(weights, float(read("intercept")))
    write_linear_reg(path, inputs, coefficients, "tip_amount", float_dtype=float_dtype_of(real))
    return path


def rebuild_iris(real: Path, path: Path) -> Path:
    """Writes a model with the columns and weights of the real iris model."""
    read = variables(real)
    coefficients = [
        Coefficients(
            {c: [w] for c, w in zip(IRIS_COLUMNS, read(f"{2 * k}_weight").ravel(), strict=True)},
            float(read(f"{2 * k + 1}_weight")),
        )
        for k in range(3)
    ]
    inputs, dtype = [NumericInput(name) for name in IRIS_COLUMNS], float_dtype_of(real)
    write_logistic_reg(path, inputs, CLASSES, coefficients, "species", float_dtype=dtype)
    return path


def tip_rows(real: Path, count: int = 500) -> Table:
    """Random rows; some with categories that the model has not seen, some with ''."""
    rng = np.random.default_rng(3)
    columns: dict[str, Sequence[object]] = {
        name: (rng.random(count) * 50).tolist() for name in TIP_NUMBERS
    }
    for name in TIP_CATEGORIES:
        known = (real / "assets" / f"{name}.txt").read_text().split("\n")
        columns[name] = rng.choice([*known, "", "ZZZ", " 2"], count).tolist()
    return Table(tuple(Field(name, "") for name in columns), columns, count)


@pytest.mark.parametrize("name", TIP_MODELS)
def test_signature_of_a_linear_reg_equals_the_real_one(
    name: str, real_exports: Path, tmp_path: Path
) -> None:
    """Names, dtypes, shapes and tensor names of LINEAR_REG are BigQuery's."""
    ours = rebuild_tip(real_exports / name, tmp_path / "1")
    assert meta_graph(ours).signature_def == meta_graph(real_exports / name).signature_def


@pytest.mark.parametrize("name", TIP_MODELS)
def test_predictions_of_a_linear_reg_equal_the_real_ones_in_every_bit(
    name: str, real_exports: Path, tmp_path: Path, ask: Ask
) -> None:
    """From the same weights, LINEAR_REG answers as BigQuery's graph, unseen categories too."""
    real = real_exports / name
    ours, rows = rebuild_tip(real, tmp_path / "1"), tip_rows(real)
    expected, got = ask(real, rows), ask(ours, rows)
    assert expected["predicted_tip_amount"].shape == (500, 1)
    assert expected["predicted_tip_amount"].tobytes() == got["predicted_tip_amount"].tobytes()


def test_signature_of_a_logistic_reg_equals_the_real_one(
    real_exports: Path, tmp_path: Path
) -> None:
    """Names, dtypes, shapes and tensor names of LOGISTIC_REG are BigQuery's."""
    real = real_exports / "iris_logistic_reg"
    ours = rebuild_iris(real, tmp_path / "1")
    assert meta_graph(ours).signature_def == meta_graph(real).signature_def


def test_predictions_of_a_logistic_reg_equal_the_real_ones_in_every_bit(
    real_exports: Path, tmp_path: Path, ask: Ask, iris: Table
) -> None:
    """From the same weights, LOGISTIC_REG answers as BigQuery's graph on all 150 rows of iris."""
    real = real_exports / "iris_logistic_reg"
    expected, got = ask(real, iris), ask(rebuild_iris(real, tmp_path / "1"), iris)
    assert expected.keys() == got.keys()
    assert expected["species_probs"].tobytes() == got["species_probs"].tobytes()
    assert expected["predicted_species"].tolist() == got["predicted_species"].tolist()
    assert expected["species_values"].tolist() == got["species_values"].tolist()


def test_files_beside_the_graph_equal_the_real_ones(real_exports: Path, tmp_path: Path) -> None:
    """A LINEAR_REG export has BigQuery's files, assets and explanation metadata."""
    real = real_exports / "tip_linear_reg"
    ours = rebuild_tip(real, tmp_path / "1")
    names = {p.relative_to(real) for p in real.rglob("*") if p.name != "SOURCE.txt"}
    assert {p.relative_to(ours) for p in ours.rglob("*")} == names
    for asset in (real / "assets").iterdir():
        assert (ours / "assets" / asset.name).read_bytes() == asset.read_bytes()
    metadata = "explanation_metadata.json"
    assert json.loads((ours / metadata).read_bytes()) == json.loads((real / metadata).read_bytes())


def test_fingerprint_knows_the_schema_of_the_real_export(
    real_exports: Path, tmp_path: Path
) -> None:
    """fingerprint.pb has the signature hash that BigQuery's own file has for this schema."""
    ours = rebuild_tip(real_exports / "tip_linear_reg", tmp_path / "1")
    read = tf.saved_model.experimental.read_fingerprint
    real = read(str(real_exports / "tip_linear_reg"))
    assert read(str(ours)).signature_def_hash == real.signature_def_hash


def write_small(path: Path, vocabulary: tuple[bytes, ...] = (b"a", b"b")) -> Path:
    """Writes a model of one number and one categorical column."""
    inputs: list[GraphInput] = [NumericInput("x"), CategoricalInput("c", vocabulary)]
    weights: dict[str, Sequence[float]] = {"x": [0.5], "c": range(len(vocabulary))}
    write_linear_reg(path, inputs, Coefficients(weights, 1.0), "y")
    return path


def test_graph_is_one_for_serving(tmp_path: Path) -> None:
    """An export has one MetaGraph with the tag `serve` and TensorFlow Serving's method."""
    graph = meta_graph(write_small(tmp_path / "1"))
    assert list(graph.meta_info_def.tags) == ["serve"]
    assert list(graph.signature_def) == ["serving_default"]
    method = graph.signature_def["serving_default"].method_name
    assert method == "tensorflow/serving/predict"


def test_equal_models_are_equal_files(tmp_path: Path) -> None:
    """The graph holds nothing of the time, the folder or the machine that it was written on."""
    first, second = write_small(tmp_path / "1"), write_small(tmp_path / "2")
    files = [p.relative_to(first) for p in first.rglob("*") if p.is_file()]
    for file in files:
        if file.name != "fingerprint.pb":  # TensorFlow puts a random id in it
            assert (first / file).read_bytes() == (second / file).read_bytes()
    assert b"/tmp" not in (first / "saved_model.pb").read_bytes()


def test_two_exports_in_one_process_keep_their_own_vocabulary(tmp_path: Path, ask: Ask) -> None:
    """Tables are shared by name within a process; the names of two exports differ."""
    first = write_small(tmp_path / "1")
    second = write_small(tmp_path / "2", (b"b", b"a"))
    row = Table((), {"x": [0.0], "c": ["b"]}, 1)
    assert [float(ask(p, row)["predicted_y"][0, 0]) for p in (first, second, first)] == [2, 1, 2]


@pytest.mark.parametrize("column", ["_hidden", "größe", "Weights", "compute", "input_layer"])
def test_any_column_name_can_be_an_input(column: str, tmp_path: Path, ask: Ask) -> None:
    """A column name that is no TensorFlow name, or one that the graph uses, is still the key."""
    write_linear_reg(
        tmp_path / "1", [NumericInput(column)], Coefficients({column: [2.0]}, 1.0), "y"
    )
    answer = ask(tmp_path / "1", Table((), {column: [3.0]}, 1))
    assert answer["predicted_y"].tolist() == [[7.0]]
