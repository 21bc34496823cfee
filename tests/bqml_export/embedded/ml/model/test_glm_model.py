"""A trained model: how it evaluates, and that it survives being stored."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from bqml_export.embedded.ml.data.table import Table
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.errors import InvalidQueryError, StorageError

MakeTable = Callable[..., Table]
Fit = Callable[..., GLMModel]


@pytest.fixture(scope="module")
def flowers(iris: Table, fit: Fit) -> GLMModel:
    """A multiclass model of iris."""
    return fit(iris, "logistic_reg", labels=["species"])


@pytest.fixture(scope="module")
def coins(make_table: MakeTable) -> Table:
    """A table for a binary model, with a row without a label."""
    x = np.linspace(-1, 1, 41)
    label = [*(x[:-1] > 0.1).astype(int).tolist(), None]
    return make_table(x=("FLOAT64", x.tolist()), label=("INT64", label))


@pytest.mark.parametrize(
    ("model_type", "name"),
    [("linear_reg", "LINEAR_REGRESSION"), ("logistic_reg", "LOGISTIC_REGRESSION")],
)
def test_model_type_is_the_name_of_models_get(
    model_type: str, name: str, coins: Table, fit: Fit
) -> None:
    """models.get does not use the SQL names."""
    assert fit(coins, model_type).model_type == name


def test_stored_model_is_the_same_in_every_bit(mixed: Table, fit: Fit) -> None:
    """`from_json` of the text of `to_json` predicts, evaluates and shows exactly the same."""
    model = fit(mixed, l2_reg=0.1, category_encoding_method="DUMMY_ENCODING")
    again = GLMModel.from_json(json.loads(json.dumps(model.to_json())))
    assert again.to_json() == model.to_json()
    assert again.predict(mixed) == model.predict(mixed)
    assert again.weights() == model.weights()
    assert again.options == model.options


@pytest.mark.parametrize(
    ("type_", "labels"),
    [("BYTES", [b"\xff", b"a"]), ("BOOL", [True, False]), ("FLOAT64", [0.1, 0.2])],
)
def test_stored_classes_keep_their_type(
    type_: str, labels: list[object], make_table: MakeTable, fit: Fit
) -> None:
    """Labels of any type come back as they were."""
    model = fit(make_table(x=("INT64", [1, 2]), label=(type_, labels)), "logistic_reg")
    assert GLMModel.from_json(json.loads(json.dumps(model.to_json()))).classes == model.classes


def test_model_of_another_format_is_refused(flowers: GLMModel) -> None:
    """A stored model of another version says so instead of failing somewhere."""
    with pytest.raises(StorageError, match="format 99"):
        GLMModel.from_json({**flowers.to_json(), "format": 99})


def test_evaluate_without_a_table_is_what_training_measured(flowers: GLMModel) -> None:
    """ML.EVALUATE(MODEL m) is the row of `metrics`, in BigQuery's order of columns."""
    (row,) = flowers.evaluate().rows()
    assert row == flowers.metrics
    assert list(row) == ["precision", "recall", "accuracy", "f1_score", "log_loss", "roc_auc"]


def test_evaluate_leaves_out_rows_without_a_label(coins: Table, fit: Fit) -> None:
    """The same rows that trained give the same metrics."""
    model = fit(coins, "logistic_reg")
    assert model.evaluate(coins).rows() == [pytest.approx(model.metrics)]


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"x": ("FLOAT64", [1.0])}, "Column label, the label, is missing"),
        ({"x": ("FLOAT64", [1.0]), "label": ("INT64", [None])}, "No row.*label"),
        ({"x": ("FLOAT64", [1.0]), "label": ("STRING", ["1"])}, "label must be INT64"),
    ],
)
def test_evaluate_needs_labels(
    columns: dict[str, tuple[str, list[object]]],
    named: str,
    coins: Table,
    make_table: MakeTable,
    fit: Fit,
) -> None:
    """A missing, empty or mistyped label is named."""
    with pytest.raises(InvalidQueryError, match=named):
        fit(coins, "logistic_reg").evaluate(make_table(**columns))


def test_confusion_matrix_counts_by_class(flowers: GLMModel, iris: Table) -> None:
    """One row and one column per class, ascending; rows add up to the class."""
    matrix = flowers.confusion_matrix(iris)
    assert [f.name for f in matrix.fields] == [
        "expected_label",
        "setosa",
        "versicolor",
        "virginica",
    ]
    assert [sum(int(str(v)) for v in list(row.values())[1:]) for row in matrix.rows()] == [50] * 3
    assert matrix.rows()[0]["setosa"] == 50


def test_confusion_matrix_names_columns_of_numeric_labels(coins: Table, fit: Fit) -> None:
    """A column name cannot start with a digit: 0 is `_0`."""
    names = [f.name for f in fit(coins, "logistic_reg").confusion_matrix(coins).fields]
    assert names == ["expected_label", "_0", "_1"]


def test_curves_and_matrices_are_for_classifiers(coins: Table, flowers: GLMModel, fit: Fit) -> None:
    """ML.CONFUSION_MATRIX needs classes, ML.ROC_CURVE exactly two."""
    regression = fit(coins)
    with pytest.raises(InvalidQueryError, match=r"ML\.CONFUSION_MATRIX"):
        regression.confusion_matrix(coins)
    for model in (regression, flowers):
        with pytest.raises(InvalidQueryError, match=r"ML\.ROC_CURVE"):
            model.roc_curve(coins)
    assert fit(coins, "logistic_reg").roc_curve(coins).num_rows > 10
