"""Attributions of a linear predictor."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from bqml_export.embedded.ml.data.table import Table
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.errors import InvalidQueryError


def test_baseline_and_attributions_add_up_to_the_prediction(
    fit: Callable[..., GLMModel], mixed: Table
) -> None:
    """With every type of column and NULLs, for each row."""
    model = fit(mixed)
    rows = model.explain(mixed, top=99).rows()
    for row, expected in zip(rows, model.predict(mixed).rows(), strict=True):
        parts = sum(p["attribution"] for p in row["top_feature_attributions"])  # type: ignore[attr-defined]
        total = row["baseline_prediction_value"] + parts  # type: ignore[operator]
        assert total == pytest.approx(row["prediction_value"])
        assert row["prediction_value"] == pytest.approx(expected["predicted_label"])


def test_a_number_at_its_mean_attributes_nothing(
    fit: Callable[..., GLMModel], make_table: Callable[..., Table]
) -> None:
    """Weight times distance from the training mean; NULL counts as the mean."""
    table = make_table(x=("FLOAT64", [1.0, 2.0, 6.0]), label=("FLOAT64", [2.0, 4.0, 12.0]))
    rows = fit(table).explain(make_table(x=("FLOAT64", [3.0, None, 4.0]))).rows()
    found = [row["top_feature_attributions"][0]["attribution"] for row in rows]  # type: ignore[index]
    assert found == pytest.approx([0, 0, 2])


@pytest.mark.parametrize("threshold", [None, 0.999])
def test_binary_explanation_is_of_the_predicted_class(
    fit: Callable[..., GLMModel], make_table: Callable[..., Table], threshold: float | None
) -> None:
    """prediction_value is its log-odds, probability its chance."""
    x = np.linspace(-1, 1, 40)
    table = make_table(x=("FLOAT64", x.tolist()), label=("STRING", ["no"] * 20 + ["yes"] * 20))
    model = fit(table, "logistic_reg", l2_reg=10.0)
    for row in model.explain(table, threshold=threshold).rows():
        odds = math.exp(float(str(row["prediction_value"])))
        assert row["probability"] == pytest.approx(odds / (1 + odds))
        assert row["predicted_label"] == ("yes" if (row["x"] > 0 and not threshold) else "no")  # type: ignore[operator]


def test_columns_are_bigquerys_in_bigquerys_order(
    fit: Callable[..., GLMModel], iris: Table
) -> None:
    """The input columns follow; top_k_features limits the attributions."""
    model = fit(iris, "logistic_reg", input_label_cols=["species"])
    table = model.explain(iris, top=2)
    assert [f.name for f in table.fields][:7] == [
        "predicted_species", "probability", "top_feature_attributions",
        "baseline_prediction_value", "prediction_value", "approximation_error", "sepal_length",
    ]  # fmt: skip
    assert {len(v) for v in table.columns["top_feature_attributions"]} == {2}  # type: ignore[arg-type]
    with pytest.raises(InvalidQueryError, match="top_k_features"):
        model.explain(iris, top=0)


def test_global_explanation_ranks_features(fit: Callable[..., GLMModel], iris: Table) -> None:
    """Mean absolute attribution, the largest first; by class on request."""
    options = {"input_label_cols": ["species"], "enable_global_explain": True}
    model = fit(iris, "logistic_reg", **options)
    rows = model.global_explain().rows()
    assert rows[0]["feature"] in {"petal_length", "petal_width"}
    assert [r["attribution"] for r in rows] == sorted(
        (r["attribution"] for r in rows),
        reverse=True,  # type: ignore[type-var]
    )
    assert [f.name for f in model.global_explain(by_class=True).fields] == [
        "class_name", "feature", "attribution",
    ]  # fmt: skip
    assert GLMModel.from_json(model.to_json()).global_explain().rows() == rows


def test_global_explanation_needs_its_option(fit: Callable[..., GLMModel], iris: Table) -> None:
    """As in BigQuery; the message names the option."""
    model = fit(iris, "logistic_reg", input_label_cols=["species"])
    with pytest.raises(InvalidQueryError, match="ENABLE_GLOBAL_EXPLAIN"):
        model.global_explain()
