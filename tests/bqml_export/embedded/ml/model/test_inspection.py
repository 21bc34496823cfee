"""What ML.WEIGHTS, ML.FEATURE_INFO and ML.TRAINING_INFO show of a model."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bqml_export.embedded.ml.data.table import Field, Table
from bqml_export.embedded.ml.model.glm_model import GLMModel

MakeTable = Callable[..., Table]
Fit = Callable[..., GLMModel]


@pytest.fixture(scope="module")
def flowers(iris: Table, fit: Fit) -> GLMModel:
    """A multiclass model of iris."""
    return fit(iris, "logistic_reg", labels=["species"])


def test_weights_of_a_multiclass_model_name_the_class(flowers: GLMModel) -> None:
    """One row per class and input, with the class in class_label."""
    table = flowers.weights()
    assert table.fields[-1] == Field("class_label", "STRING")
    assert table.num_rows == 3 * 5
    assert {row["class_label"] for row in table.rows()} == {"setosa", "versicolor", "virginica"}


def test_weights_list_numbers_and_categories_apart(mixed: Table, fit: Fit) -> None:
    """A number has a weight, a categorical column one per category, in the query's order."""
    rows = fit(mixed).weights().rows()
    assert [r["processed_input"] for r in rows] == [
        *(f.name for f in mixed.fields[:-1]),
        "__INTERCEPT__",
    ]
    by_input = {row["processed_input"]: row for row in rows}
    assert by_input["number"]["category_weights"] == []
    assert by_input["city"]["weight"] is None
    named = by_input["city"]["category_weights"]
    assert isinstance(named, list)
    assert [w["category"] for w in named] == ["", "Köln", "Oslo", "Rom", "_null_filler"]


def test_standardised_weights_do_not_depend_on_the_unit(fit: Fit, make_table: MakeTable) -> None:
    """Metres or millimetres: the raw weight changes by 1000, the standardised one stays."""
    metres = [float(i) for i in range(30)]

    def weight(scale: float, *, standardize: bool) -> float:
        x = ("FLOAT64", [scale * m for m in metres])
        model = fit(make_table(x=x, label=("FLOAT64", metres)))
        return float(str(model.weights(standardize=standardize).rows()[0]["weight"]))

    assert weight(1000, standardize=False) == pytest.approx(weight(1, standardize=False) / 1000)
    assert weight(1000, standardize=True) == pytest.approx(weight(1, standardize=True))


def test_feature_info_describes_each_input(mixed: Table, fit: Fit) -> None:
    """Numbers have statistics, categories a count without NULL; both a count of NULLs."""
    rows = {row["input"]: row for row in fit(mixed).feature_info().rows()}
    nulls = sum(v is None for v in mixed.columns["number"])
    assert rows["number"]["null_count"] == nulls
    assert rows["number"]["category_count"] is None
    assert (rows["city"]["category_count"], rows["city"]["mean"]) == (4, None)


def test_training_info_has_a_row_per_iteration(flowers: GLMModel) -> None:
    """ML.TRAINING_INFO shows each iteration of run 0."""
    table = flowers.training_info()
    assert [f.name for f in table.fields] == [
        "training_run",
        "iteration",
        "loss",
        "eval_loss",
        "learning_rate",
        "duration_ms",
    ]
    assert [r["iteration"] for r in table.rows()] == list(range(len(flowers.iterations)))
