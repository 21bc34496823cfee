"""Tables to train on, and a way to ask an exported model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from sklearn import datasets

from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.ml.options.training_options import parse_options
from bqml_export.embedded.ml.training.train import train
from bqml_export.sql.values import OptionValue

MakeTable: TypeAlias = Callable[..., Table]
Fit: TypeAlias = Callable[..., GLMModel]
Ask: TypeAlias = Callable[[Path, Table], Mapping[str, Any]]


@pytest.fixture(scope="session")
def make_table() -> MakeTable:
    """Returns a function that makes a table from columns: `name=("INT64", [1, 2])`."""

    def make(**columns: tuple[str, Sequence[Value]]) -> Table:
        fields = tuple(Field(name, type_) for name, (type_, _) in columns.items())
        values = {name: column for name, (_, column) in columns.items()}
        return Table(fields, values, len(next(iter(values.values()))))

    return make


@pytest.fixture(scope="session")
def fit() -> Fit:
    """Returns a function that trains on a table whose label is `label`."""

    def run(
        table: Table,
        model_type: str = "linear_reg",
        continued: GLMModel | None = None,
        **options: OptionValue,
    ) -> GLMModel:
        return train(
            table, parse_options({"model_type": model_type, **options}), warm_start=continued
        )

    return run


@pytest.fixture(scope="session")
def mixed() -> Table:
    """200 rows with a column of every type that can be exported, NULLs, and two labels."""
    rng = np.random.default_rng(7)
    n = 200
    number, city = rng.normal(5, 2, n), rng.choice(["Oslo", "Rom", "", "Köln"], n)
    label = 2 * number + (city == "Oslo") * 3 + rng.normal(0, 0.1, n)
    some = rng.random(n) < 0.1
    columns: dict[str, tuple[str, list[Value]]] = {
        "number": ("FLOAT64", [None if gone else x for gone, x in zip(some, number, strict=True)]),
        "count": ("INT64", rng.integers(0, 9, n).tolist()),
        "price": ("NUMERIC", rng.random(n).round(2).tolist()),
        "city": ("STRING", [None if gone else str(c) for gone, c in zip(some, city, strict=True)]),
        "raw": ("BYTES", [bytes([b, 255]) for b in rng.integers(65, 68, n).tolist()]),
        "paid": ("BOOL", (rng.random(n) < 0.5).tolist()),
        "day": ("DATE", rng.choice(["2020-09-27", "2021-01-01"], n).tolist()),
        "moment": ("DATETIME", rng.choice(["2017-02-28 12:30:30.450"], n).tolist()),
        "hour": ("TIME", rng.choice(["06:30:20", "12:00:00"], n).tolist()),
        "label": ("FLOAT64", label.tolist()),
    }
    fields = tuple(Field(name, type_) for name, (type_, _) in columns.items())
    return Table(fields, {name: values for name, (_, values) in columns.items()}, n)


@pytest.fixture(scope="session")
def iris() -> Table:
    """The 150 rows of iris with the label `species`."""
    data = datasets.load_iris()
    names = ("sepal_length", "sepal_width", "petal_length", "petal_width")
    columns: dict[str, Sequence[Value]] = {
        name: data.data[:, i].tolist() for i, name in enumerate(names)
    }
    columns["species"] = [str(data.target_names[k]) for k in data.target]
    fields = [Field(name, "FLOAT64") for name in names]
    return Table((*fields, Field("species", "STRING")), columns, 150)


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Returns a function that runs an export's `serving_default` on the columns of a table."""
    from bqml_export.embedded.ml.saved_model._tensorflow_runtime import quiet, tf

    def run(export: Path, table: Table) -> Mapping[str, Any]:
        with quiet():
            signature = tf.saved_model.load(str(export)).signatures["serving_default"]
        _, inputs = signature.structured_input_signature
        tensors = {
            name: tf.constant(list(table.columns[name]), spec.dtype)
            for name, spec in inputs.items()
        }
        return {name: tensor.numpy() for name, tensor in signature(**tensors).items()}

    return run
