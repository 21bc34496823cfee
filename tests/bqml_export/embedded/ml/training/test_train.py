"""CREATE MODEL from a table: what is a feature, what is left out, and what is refused."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bqml_export.embedded.ml.data.table import Field, Table
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.ml.optimizers.progress import Iteration
from bqml_export.embedded.ml.options.training_options import parse_options
from bqml_export.embedded.ml.training.train import train
from bqml_export.errors import InvalidQueryError
from bqml_export.sql.values import OptionValue

MakeTable = Callable[..., Table]
Fit = Callable[..., GLMModel]


def test_every_column_but_the_label_and_the_split_column_is_a_feature(
    make_table: MakeTable, fit: Fit
) -> None:
    """DATA_SPLIT_COL decides about the split and is not learned from."""
    x, held = list(range(20)), [i % 4 == 0 for i in range(20)]
    table = make_table(x=("INT64", x), held=("BOOL", held), Label=("INT64", x))
    model = fit(table, data_split_method="CUSTOM", data_split_col="held")
    assert model.feature_columns == (Field("x", "INT64"),)
    assert model.label == Field("Label", "INT64")
    assert (model.train_rows, model.eval_rows) == (15, 5)


def test_rows_without_a_label_are_left_out(make_table: MakeTable, fit: Fit) -> None:
    """A NULL label teaches nothing, and does not reach the statistics either."""
    label = [None if i % 10 == 0 else 2 * i + 1 for i in range(50)]
    model = fit(make_table(x=("INT64", list(range(50))), label=("INT64", label)))
    assert model.train_rows == 45
    assert model.coefficients[:, 0].tolist() == pytest.approx([2, 1])
    assert model.feature_info().rows()[0]["min"] == 1


def test_statistics_are_those_of_the_training_rows(make_table: MakeTable, fit: Fit) -> None:
    """Held-out rows add no category and do not move a mean."""
    table = make_table(
        c=("STRING", ["a", "b"] * 10 + ["held out"]),
        x=("FLOAT64", [1.0, 3.0] * 10 + [1000.0]),
        held=("BOOL", [False] * 20 + [True]),
        label=("FLOAT64", [1.0, 2.0] * 10 + [5.0]),
    )
    model = fit(table, data_split_method="CUSTOM", data_split_col="held")
    category, number = model.feature_info().rows()
    assert category["category_count"] == 2
    assert number["mean"] == 2


def test_metrics_are_those_of_the_held_out_rows(mixed: Table, fit: Fit) -> None:
    """With a split, `metrics` is ML.EVALUATE of the evaluation rows; without, of all rows."""
    held = [i % 5 == 0 for i in range(200)]
    table = Table((*mixed.fields, Field("e", "BOOL")), {**mixed.columns, "e": held}, 200)
    model = fit(table, data_split_method="CUSTOM", data_split_col="e")
    rows = [row for row, out in zip(mixed.rows(), held, strict=True) if out]
    (expected,) = model.evaluate(Table.from_rows(mixed.fields, rows)).rows()
    assert model.metrics == pytest.approx({k: v for k, v in expected.items() if v is not None})
    assert model.iterations[-1].eval_loss == pytest.approx(expected["mean_squared_error"])


def test_iterations_are_reported_while_training(iris: Table) -> None:
    """`on_iteration` sees every iteration, in order, and the model keeps them."""
    seen: list[Iteration] = []
    options = parse_options({"model_type": "logistic_reg", "labels": ["species"]})
    model = train(iris, options, on_iteration=seen.append)
    assert tuple(seen) == model.iterations
    assert [i.index for i in seen] == list(range(len(seen)))
    assert all(later.loss < earlier.loss for earlier, later in pairwise(seen))


def test_constant_column_gets_no_weight(make_table: MakeTable, fit: Fit) -> None:
    """A column without spread neither makes NaN nor takes part."""
    x = np.arange(60.0)
    table = make_table(
        x=("FLOAT64", x.tolist()), same=("FLOAT64", [0.1] * 60), label=("FLOAT64", (3 * x).tolist())
    )
    for strategy in ("NORMAL_EQUATION", "BATCH_GRADIENT_DESCENT"):
        weights = fit(table, optimize_strategy=strategy, early_stop=False).coefficients[:, 0]
        assert weights.tolist() == pytest.approx([3, 0, 0], abs=1e-6)


@pytest.mark.parametrize("strategy", ["NORMAL_EQUATION", "BATCH_GRADIENT_DESCENT"])
def test_without_intercept_the_model_goes_through_the_origin(
    strategy: str, make_table: MakeTable, fit: Fit
) -> None:
    """FIT_INTERCEPT=FALSE leaves no intercept, hidden in standardisation or shown."""
    table = make_table(x=("FLOAT64", [1.0, 2.0, 3.0, 4.0]), label=("FLOAT64", [3.0, 4.0, 5.0, 6.0]))
    model = fit(table, fit_intercept=False, optimize_strategy=strategy, early_stop=False)
    assert model.coefficients[:, 0].tolist() == pytest.approx([50 / 30, 0])
    assert [row["processed_input"] for row in model.weights().rows()] == ["x"]


def test_dummy_encoding_keeps_the_dropped_category_at_zero(make_table: MakeTable, fit: Fit) -> None:
    """The most frequent category has weight 0.0 and is the one the others are measured by."""
    table = make_table(
        c=("STRING", ["a", "b", "b", "c"] * 20), label=("FLOAT64", [1.0, 5.0, 5.0, 7.0] * 20)
    )
    weights, intercept = fit(table, category_encoding_method="DUMMY_ENCODING").weights().rows()
    by_name = {w["category"]: w["weight"] for w in weights["category_weights"]}  # type: ignore[attr-defined]
    assert by_name["b"] == 0.0
    assert by_name == pytest.approx({"a": -4, "b": 0, "c": 2})
    assert intercept["weight"] == pytest.approx(5)


def test_class_weights_move_the_decision(fit: Fit, make_table: MakeTable) -> None:
    """With AUTO_CLASS_WEIGHTS a rare class is found more often."""
    rng = np.random.default_rng(0)
    rare = rng.random(400) < 0.1
    x = rng.normal(size=400) + rare
    table = make_table(x=("FLOAT64", x.tolist()), label=("BOOL", rare.tolist()))
    plain, balanced = (
        fit(table, "logistic_reg", auto_class_weights=auto).metrics["recall"]
        for auto in (False, True)
    )
    assert balanced > plain + 0.3


@pytest.mark.parametrize(
    ("labels", "type_"),
    [
        ([0, 1], "INT64"),
        (["no", "yes"], "STRING"),
        ([False, True], "BOOL"),
        ([0.5, 1.5], "FLOAT64"),
        (["2020-01-01", "2020-01-02"], "DATE"),
        ([b"n", b"y"], "BYTES"),
        ([1, 2, 3, 4], "INT64"),
    ],
)
def test_labels_of_any_type_are_predicted_in_their_type(
    labels: list[object], type_: str, fit: Fit, make_table: MakeTable
) -> None:
    """ML.PREDICT gives back labels as they were, with the label's type."""
    x = [float(i) for i in range(len(labels)) for _ in range(20)]
    truth = [label for label in labels for _ in range(20)]
    table = make_table(x=("FLOAT64", x), label=(type_, truth))
    predicted = fit(table, "logistic_reg", max_iterations=200, early_stop=False).predict(table)
    assert predicted.fields[0] == Field("predicted_label", type_)
    assert list(predicted.columns["predicted_label"]) == truth


REFUSED: list[tuple[dict[str, tuple[str, list[object]]], dict[str, OptionValue], str]] = [
    ({"x": ("INT64", [1, 2])}, {}, "Label column label is not in the training data.*: x"),
    ({"label": ("INT64", [1, 2])}, {}, "no feature column"),
    ({"x": ("INT64", [1]), "label": ("INT64", [None])}, {}, "no rows with a label.*label is NULL"),
    ({"x": ("INT64", []), "label": ("INT64", [])}, {}, "no rows with a label"),
    ({"x": ("INT64", [1]), "label": ("STRING", ["a"])}, {}, "label must be numeric.*STRING"),
    ({"x": ("INT64", [1]), "label": ("FLOAT64", [math.nan])}, {}, "Column label holds NaN"),
    ({"x": ("FLOAT64", [math.inf]), "label": ("INT64", [1])}, {}, "Column x holds NaN or inf"),
    (
        {"x": ("INT64", [1]), "label": ("GEOGRAPHY", ["POINT(0 0)"])},
        {"model_type": "logistic_reg"},
        "label has the type GEOGRAPHY",
    ),
    (
        {"x": ("INT64", [1]), "e": ("BOOL", [True]), "label": ("INT64", [1])},
        {"data_split_method": "CUSTOM", "data_split_col": "e"},
        "CUSTOM.*no rows to train",
    ),
]


@pytest.mark.parametrize(("columns", "options", "named"), REFUSED)
def test_data_that_cannot_be_trained_on_is_refused_by_name(
    columns: dict[str, tuple[str, list[object]]],
    options: dict[str, OptionValue],
    named: str,
    make_table: MakeTable,
) -> None:
    """The message names the column and what is wrong with it."""
    with pytest.raises(InvalidQueryError, match=named):
        train(make_table(**columns), parse_options({"model_type": "linear_reg", **options}))


def test_model_of_a_timestamp_trains_and_is_not_exported(
    make_table: MakeTable, fit: Fit, tmp_path: Path
) -> None:
    """BigQuery trains on the Unix time and the calendar, and refuses the export by its words."""
    days = [f"2020-01-{day:02} 0{day % 7}:00:00.0 +0000" for day in range(1, 29)] + [None]
    table = make_table(t=("TIMESTAMP", days), label=("INT64", [*range(28), 13]))
    model = fit(table)
    assert model.predict(table).columns["predicted_label"][5] == pytest.approx(5, abs=1e-3)
    assert {"t", "_TS_DOM_t", "_TS_HOD_t"} <= set(model.weights().columns["processed_input"])
    with pytest.raises(InvalidQueryError, match=r"not exportable.*t is a TIMESTAMP"):
        model.export(tmp_path / "export")


def test_wide_categories_train_without_dense_columns(make_table: MakeTable, fit: Fit) -> None:
    """20,000 rows with 12,000 categories, 2 GB if written out, fit in a small part of that."""
    codes = np.random.default_rng(0).integers(0, 12_000, 20_000)
    table = make_table(
        c=("STRING", [str(c) for c in codes]), label=("FLOAT64", (codes % 7).astype(float).tolist())
    )
    model = fit(table, data_split_method="NO_SPLIT")
    assert model.strategy == "BATCH_GRADIENT_DESCENT"
    assert model.metrics["r2_score"] > 0.9


def test_training_and_predicting_do_not_import_tensorflow() -> None:
    """Only an export needs TensorFlow, which takes seconds to load."""
    code = (
        "import sys, bqml_export.embedded.ml.training.train;"
        "import bqml_export.embedded.ml.model.glm_model;"
        "assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
