"""ML.PREDICT: output columns, NULL, unseen categories, types of the input."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.errors import InvalidQueryError

MakeTable = Callable[..., Table]
Fit = Callable[..., GLMModel]


@pytest.fixture
def prices(make_table: MakeTable, fit: Fit) -> GLMModel:
    """A LINEAR_REG of a number with mean 2 and a category with NULLs."""
    table = make_table(
        x=("INT64", [1, 2, 3, None, 2, 2]),
        c=("STRING", ["a", "b", "a", "b", None, "a"]),
        label=("FLOAT64", [1.0, 5.0, 3.0, 5.0, 9.0, 2.0]),
    )
    return fit(table, optimize_strategy="NORMAL_EQUATION")


def predicted(model: GLMModel, table: Table) -> list[Value]:
    """Returns the column `predicted_label`."""
    return list(model.predict(table).columns["predicted_label"])


def test_regression_puts_the_prediction_before_all_input_columns(
    prices: GLMModel, make_table: MakeTable
) -> None:
    """Columns that are no feature, and the order of the input, are kept."""
    table = make_table(extra=("STRING", ["k"]), c=("STRING", ["b"]), x=("INT64", [2]))
    result = prices.predict(table)
    assert [f.name for f in result.fields] == ["predicted_label", "extra", "c", "x"]
    assert result.rows() == [{"predicted_label": pytest.approx(5), "extra": "k", "c": "b", "x": 2}]


def test_classifier_ranks_its_classes(iris: Table, fit: Fit) -> None:
    """predicted_L_probs is an ARRAY of STRUCT(label, prob), likeliest first, summing to 1."""
    result = fit(iris, "logistic_reg", labels=["species"]).predict(iris)
    struct = (Field("label", "STRING"), Field("prob", "FLOAT64"))
    assert result.fields[:2] == (
        Field("predicted_species", "STRING"),
        Field("predicted_species_probs", "STRUCT", "REPEATED", struct),
    )
    for row in result.rows():
        ranked = row["predicted_species_probs"]
        assert isinstance(ranked, list)
        probs = [entry["prob"] for entry in ranked]
        assert probs == sorted(probs, reverse=True)
        assert sum(probs) == pytest.approx(1)
        assert ranked[0]["label"] == row["predicted_species"]


def test_null_number_predicts_as_the_training_mean(prices: GLMModel, make_table: MakeTable) -> None:
    """NULL and the mean give the same prediction."""
    null, mean = predicted(prices, make_table(x=("FLOAT64", [None, 2.0]), c=("STRING", ["a", "a"])))
    assert null == mean


def test_null_category_has_its_own_weight(prices: GLMModel, make_table: MakeTable) -> None:
    """A NULL category predicts as the NULLs of training did."""
    table = make_table(x=("INT64", [2]), c=("STRING", [None]))
    assert predicted(prices, table) == pytest.approx([9])


def test_unseen_category_adds_nothing(prices: GLMModel, make_table: MakeTable) -> None:
    """The prediction for an unseen category is the intercept and the numbers."""
    table = make_table(x=("INT64", [2]), c=("STRING", ["new"]))
    x_weight, intercept = prices.coefficients[0, 0], prices.coefficients[-1, 0]
    assert predicted(prices, table) == pytest.approx([2 * x_weight + intercept])


def test_threshold_moves_the_binary_decision(make_table: MakeTable, fit: Fit) -> None:
    """The positive class is the higher label, and is predicted from the threshold on."""
    x = np.linspace(-2, 2, 80)
    table = make_table(x=("FLOAT64", x.tolist()), label=("INT64", (x > 0).astype(int).tolist()))
    model = fit(table, "logistic_reg")
    rows = model.predict(table).rows()
    positive = [p["prob"] for r in rows for p in r["predicted_label_probs"] if p["label"] == 1]  # type: ignore[attr-defined]
    for threshold in (0.1, 0.5, 0.9):
        labels = list(model.predict(table, threshold=threshold).columns["predicted_label"])
        assert labels == [int(p >= threshold) for p in positive]


@pytest.mark.parametrize("threshold", [-0.1, 1.1])
def test_threshold_is_a_probability(threshold: float, make_table: MakeTable, fit: Fit) -> None:
    """A threshold outside 0 to 1 is an error."""
    table = make_table(x=("INT64", [1, 2]), label=("INT64", [0, 1]))
    with pytest.raises(InvalidQueryError, match="from 0 to 1"):
        fit(table, "logistic_reg").predict(table, threshold=threshold)


def test_threshold_needs_two_classes(prices: GLMModel, iris: Table, fit: Fit) -> None:
    """Regressions and multiclass models have no threshold."""
    for model in (prices, fit(iris, "logistic_reg", labels=["species"])):
        with pytest.raises(InvalidQueryError, match="two classes"):
            model.predict(iris, threshold=0.5)


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"x": ("INT64", [1])}, "Column c, a feature of the model, is missing"),
        ({"x": ("STRING", ["1"]), "c": ("STRING", ["a"])}, "x must be INT64.*is STRING"),
        ({"x": ("INT64", [1]), "c": ("INT64", [1])}, "c must be STRING.*is INT64"),
        ({"x": ("INT64", [1]), "c": ("DATE", ["2020-01-01"])}, "c must be STRING.*is DATE"),
        ({"x": ("FLOAT64", [math.nan]), "c": ("STRING", ["a"])}, "Column x holds NaN"),
        (
            {"x": ("INT64", [1]), "c": ("STRING", ["a"]), "Predicted_Label": ("INT64", [1])},
            "already has a column predicted_label",
        ),
    ],
)
def test_input_that_does_not_fit_is_refused_by_name(
    columns: dict[str, tuple[str, list[Value]]],
    named: str,
    prices: GLMModel,
    make_table: MakeTable,
) -> None:
    """The message names the column, what was expected and what came."""
    with pytest.raises(InvalidQueryError, match=named):
        prices.predict(make_table(**columns))


@pytest.mark.parametrize("type_", ["INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC"])
def test_numbers_of_any_numeric_type_are_taken(
    type_: str, prices: GLMModel, make_table: MakeTable
) -> None:
    """BigQuery coerces between numeric types; column names are found in any case."""
    assert predicted(prices, make_table(X=(type_, [2]), C=("STRING", ["b"]))) == pytest.approx([5])


def test_struct_features_are_found_by_field(fit: Fit) -> None:
    """A STRUCT column is predicted from as it was trained on; a lost field is named."""
    struct = Field("s", "STRUCT", fields=(Field("f", "INT64"),))
    label, values = Field("label", "INT64"), [{"f": i} for i in range(20)]
    table = Table((struct, label), {"s": values, "label": list(range(20))}, 20)
    model = fit(table)
    assert model.feature_columns == (struct,)
    assert predicted(model, table) == pytest.approx(list(range(20)), abs=1e-9)
    bare = Table((Field("s", "STRUCT"),), {"s": [{}]}, 1)
    with pytest.raises(InvalidQueryError, match="s lacks the field f"):
        model.predict(bare)


def test_no_rows_predict_no_rows(iris: Table, fit: Fit) -> None:
    """An empty table has a prediction of no rows, with the right columns."""
    empty = Table(iris.fields, {f.name: [] for f in iris.fields}, 0)
    result = fit(iris, "logistic_reg", labels=["species"]).predict(empty)
    assert (result.num_rows, result.rows(), len(result.fields)) == (0, [], 7)
