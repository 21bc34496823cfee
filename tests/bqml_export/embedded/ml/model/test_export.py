"""EXPORT MODEL of a trained model: the graph answers as ML.PREDICT does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.ml.saved_model._tensorflow_runtime import saved_model_pb2, tf
from bqml_export.errors import InvalidQueryError

MakeTable = Callable[..., Table]
Fit = Callable[..., GLMModel]
Ask: TypeAlias = Callable[[Path, Table], Mapping[str, Any]]


def signature(export: Path) -> Any:
    """Returns the `serving_default` of an export."""
    proto = saved_model_pb2.SavedModel.FromString((export / "saved_model.pb").read_bytes())
    return proto.meta_graphs[0].signature_def["serving_default"]


def sent(model: GLMModel, table: Table) -> Table:
    """Returns `table` as a client sends it: `_null_filler` and the mean in the place of NULL."""
    means = {row["input"]: row["mean"] for row in model.feature_info().rows()}
    columns = {
        f.name: [
            (means[f.name] if f.type in {"INT64", "FLOAT64"} else "_null_filler")
            if v is None
            else v
            for v in table.columns[f.name]
        ]
        for f in model.feature_columns
    }
    return Table(model.feature_columns, columns, table.num_rows)


@pytest.fixture(scope="module")
def exported(mixed: Table, fit: Fit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of a model with a column of every type."""
    path = tmp_path_factory.mktemp("export") / "1"
    fit(mixed, l2_reg=0.01).export(path)
    return path


def test_regression_answers_as_ml_predict(exported: Path, mixed: Table, fit: Fit, ask: Ask) -> None:
    """Rows of every type, with NULLs and '', get ML.PREDICT's numbers within 1e-6."""
    model = fit(mixed, l2_reg=0.01)
    answer = ask(exported, sent(model, mixed))["predicted_label"]
    expected = model.predict(mixed).columns["predicted_label"]
    np.testing.assert_allclose(answer[:, 0], np.array(expected, np.float64), rtol=1e-6)


def test_dtypes_of_inputs_are_bigquerys(exported: Path) -> None:
    """Numbers are float64, BOOL is bool, all else string; every input is [-1]."""
    inputs = signature(exported).inputs
    dtypes = {name: tf.as_dtype(info.dtype).name for name, info in inputs.items()}
    numbers, strings = ("number", "count", "price"), ("city", "raw", "day", "moment", "hour")
    assert dtypes == {
        **dict.fromkeys(numbers, "float64"),
        **dict.fromkeys(strings, "string"),
        "paid": "bool",
    }
    assert all([d.size for d in info.tensor_shape.dim] == [-1] for info in inputs.values())


@pytest.mark.parametrize(
    ("column", "lines"),
    [
        ("city", ["__empty_string_replacement__", "Köln", "Oslo", "Rom", "_null_filler"]),
        ("paid", ["false", "true"]),
        ("day", ["2020-09-27", "2021-01-01"]),
        ("moment", ["2017-02-28 12:30:30.450"]),
    ],
)
def test_vocabulary_has_a_line_per_category(column: str, lines: list[str], exported: Path) -> None:
    """No trailing newline; `_null_filler` only where training saw NULL."""
    assert (exported / "assets" / f"{column}.txt").read_text(encoding="utf-8").split("\n") == lines


def test_bytes_are_written_as_they_are(exported: Path) -> None:
    """A BYTES category need not be UTF-8."""
    lines = (exported / "assets" / "raw.txt").read_bytes().split(b"\n")
    assert lines == [b"A\xff", b"B\xff", b"C\xff"]


def test_numeric_model_has_no_assets(iris: Table, fit: Fit, tmp_path: Path) -> None:
    """BigQuery makes no assets folder without categories."""
    fit(iris, "logistic_reg", labels=["species"]).export(tmp_path / "1")
    assert not list(tmp_path.rglob("*.txt"))


def test_multiclass_answers_as_ml_predict(iris: Table, fit: Fit, ask: Ask, tmp_path: Path) -> None:
    """Labels are the same, probabilities within 1e-6, classes in BigQuery's order."""
    model = fit(iris, "logistic_reg", labels=["species"])
    model.export(tmp_path / "1")
    answer, predicted = ask(tmp_path / "1", iris), model.predict(iris)
    labels = [label.decode() for label in answer["predicted_species"][:, 0]]
    assert labels == predicted.columns["predicted_species"]
    assert answer["species_values"][0].tolist() == [b"virginica", b"versicolor", b"setosa"]
    for row, probs in zip(predicted.rows(), answer["species_probs"], strict=True):
        ranked = {p["label"]: p["prob"] for p in row["predicted_species_probs"]}  # type: ignore[attr-defined]
        assert probs.tolist() == pytest.approx(
            [ranked[c.decode()] for c in answer["species_values"][0]], rel=1e-5
        )


BINARY: list[tuple[str, Value, Value, list[bytes]]] = [
    ("INT64", 0, 1, [b"1", b"0"]),
    ("BOOL", False, True, [b"true", b"false"]),
    ("STRING", "no", "yes", [b"yes", b"no"]),
    ("FLOAT64", 0.5, 2.0, [b"2", b"0.5"]),
]


@pytest.mark.parametrize("case", BINARY, ids=lambda case: case[0])
def test_binary_labels_are_strings_with_the_positive_first(
    case: tuple[str, Value, Value, list[bytes]],
    make_table: MakeTable,
    fit: Fit,
    ask: Ask,
    tmp_path: Path,
) -> None:
    """L_values is the higher label and then the lower, whatever the label's type."""
    type_, low, high, values = case
    x = np.linspace(-1, 1, 40)
    labels = [high if value > 0 else low for value in x]
    table = make_table(x=("FLOAT64", x.tolist()), label=(type_, labels))
    model = fit(table, "logistic_reg")
    model.export(tmp_path / "1")
    answer, predicted = ask(tmp_path / "1", table), model.predict(table).columns["predicted_label"]
    assert answer["label_values"].tolist() == [values] * 40
    assert answer["label_probs"].sum(axis=1).tolist() == pytest.approx([1] * 40)
    positive = answer["predicted_label"][:, 0] == values[0]
    assert positive.tolist() == [label == high for label in predicted]


def test_outputs_have_bigquerys_shapes(iris: Table, fit: Fit, tmp_path: Path) -> None:
    """predicted_L is [-1, 1]; L_probs and L_values are [-1, K]."""
    fit(iris, "logistic_reg", labels=["species"]).export(tmp_path / "1")
    outputs = signature(tmp_path / "1").outputs
    shapes = {name: [d.size for d in info.tensor_shape.dim] for name, info in outputs.items()}
    assert shapes == {
        "predicted_species": [-1, 1],
        "species_probs": [-1, 3],
        "species_values": [-1, 3],
    }


def test_struct_is_one_input_per_field(fit: Fit, ask: Ask, tmp_path: Path) -> None:
    """STRUCT s{f} is the input s_f."""
    struct = Field("s", "STRUCT", fields=(Field("f", "INT64"),))
    rows = list(range(20))
    columns: dict[str, Sequence[Value]] = {"s": [{"f": i} for i in rows], "label": rows}
    fit(Table((struct, Field("label", "INT64")), columns, 20)).export(tmp_path / "1")
    answer = ask(tmp_path / "1", Table((), {"s_f": [7.0]}, 1))
    assert answer["predicted_label"][0, 0] == pytest.approx(7)


def test_dropped_category_is_in_the_vocabulary_with_weight_zero(
    make_table: MakeTable, fit: Fit, ask: Ask, tmp_path: Path
) -> None:
    """With DUMMY_ENCODING the most frequent category predicts like an unseen one."""
    table = make_table(c=("STRING", ["a", "b", "b"] * 10), label=("INT64", [1, 5, 5] * 10))
    fit(table, category_encoding_method="DUMMY_ENCODING").export(tmp_path / "1")
    assert (tmp_path / "1" / "assets" / "c.txt").read_text() == "a\nb"
    answer = ask(tmp_path / "1", Table((), {"c": ["a", "b", "new"]}, 3))
    assert answer["predicted_label"][:, 0].tolist() == pytest.approx([1, 5, 5])


@pytest.mark.parametrize("category", ["two\nlines", "carriage\rreturn"])
def test_category_with_a_line_break_is_refused_by_name(
    category: str, make_table: MakeTable, fit: Fit, tmp_path: Path
) -> None:
    """The vocabulary file cannot hold it; nothing is written."""
    table = make_table(c=("STRING", [category, "b"] * 10), label=("INT64", [1, 2] * 10))
    with pytest.raises(InvalidQueryError, match="Column c has the category"):
        fit(table).export(tmp_path / "1")
    assert not (tmp_path / "1").exists()


def test_empty_string_and_its_replacement_cannot_both_be_categories(
    make_table: MakeTable, fit: Fit, tmp_path: Path
) -> None:
    """The graph cannot tell the two apart, so the export is refused instead of wrong."""
    names = ["", "__empty_string_replacement__"] * 10
    table = make_table(c=("STRING", names), label=("INT64", [1, 2] * 10))
    with pytest.raises(InvalidQueryError, match="Column c holds both"):
        fit(table).export(tmp_path / "1")
