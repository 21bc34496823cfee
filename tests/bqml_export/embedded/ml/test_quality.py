"""How good the models are: within 0.02 of scikit-learn on the same rows and the same split."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import datasets
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bqml_export.embedded.ml.data.table import Field, Table
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.sql.values import OptionValue

Fit = Callable[..., GLMModel]

CLASSIFIERS: list[tuple[str, dict[str, OptionValue]]] = [
    ("iris", {}),
    ("iris", {"max_iterations": 10}),
    ("breast_cancer", {}),
    ("wine", {}),
    ("digits", {}),
]
REGRESSIONS: list[dict[str, OptionValue]] = [
    {},
    {"l2_reg": 1.0},
    {"l1_reg": 1.0},
    {"optimize_strategy": "BATCH_GRADIENT_DESCENT"},
]


def load(name: str) -> Any:
    """Returns a data set that scikit-learn ships."""
    return getattr(datasets, f"load_{name}")()


def as_table(data: Any, held_out: np.ndarray[Any, Any] | None = None) -> Table:
    """Returns a data set of scikit-learn with the columns x0..., held_out and label."""
    features, label = data.data, data.target
    columns = {f"x{i}": features[:, i].tolist() for i in range(features.shape[1])}
    fields = [Field(column, "FLOAT64") for column in columns]
    if held_out is not None:
        fields.append(Field("held_out", "BOOL"))
        columns["held_out"] = held_out.tolist()
    fields.append(Field("label", "INT64" if label.dtype.kind == "i" else "FLOAT64"))
    return Table(tuple(fields), {**columns, "label": label.tolist()}, len(label))


CUSTOM: dict[str, OptionValue] = {"data_split_method": "CUSTOM", "data_split_col": "held_out"}


@pytest.mark.parametrize(("name", "options"), CLASSIFIERS)
def test_accuracy_on_all_rows(name: str, options: dict[str, OptionValue], fit: Fit) -> None:
    """Accuracy on the training rows is within 0.02 of LogisticRegression's."""
    data = load(name)
    reference = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    expected = reference.fit(data.data, data.target).score(data.data, data.target)
    model = fit(as_table(data), "logistic_reg", data_split_method="NO_SPLIT", **options)
    assert model.metrics["accuracy"] >= expected - 0.02


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "options"), CLASSIFIERS)
def test_accuracy_on_held_out_rows(
    name: str, options: dict[str, OptionValue], seed: int, fit: Fit
) -> None:
    """Accuracy on rows that both have not seen is within 0.02 of LogisticRegression's."""
    data = load(name)
    out = np.random.default_rng(seed).random(len(data.target)) < 0.2
    reference = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    reference.fit(data.data[~out], data.target[~out])
    model = fit(as_table(data, out), "logistic_reg", **CUSTOM, **options)
    expected = reference.score(data.data[out], data.target[out])
    assert model.metrics["accuracy"] >= expected - 0.02


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("options", REGRESSIONS)
def test_r2_on_held_out_rows(options: dict[str, OptionValue], seed: int, fit: Fit) -> None:
    """R² on rows that both have not seen is at most 0.02 below LinearRegression's."""
    data = load("diabetes")
    out = np.random.default_rng(seed).random(len(data.target)) < 0.2
    reference = LinearRegression().fit(data.data[~out], data.target[~out])
    model = fit(as_table(data, out), **CUSTOM, **options)
    expected = reference.score(data.data[out], data.target[out])
    assert model.metrics["r2_score"] >= expected - 0.02


def test_default_linear_reg_is_least_squares(fit: Fit) -> None:
    """Without penalties the weights are LinearRegression's, on the raw scale."""
    data = load("diabetes")
    reference = LinearRegression().fit(data.data, data.target)
    weights = fit(as_table(data)).coefficients[:, 0]
    np.testing.assert_allclose(weights[:-1], reference.coef_, rtol=1e-6)
    assert weights[-1] == pytest.approx(reference.intercept_)


@pytest.mark.parametrize("rows_per_category", [4, 40])
def test_rare_categories_are_learned(rows_per_category: int, fit: Fit) -> None:
    """With hundreds of categories, exact or by descent, R² is that of the true model."""
    rng = np.random.default_rng(1)
    rows, categories = 8000, 8000 // rows_per_category
    code, x = rng.integers(0, categories, rows), rng.normal(size=rows)
    label = x + 2 * rng.normal(size=categories)[code] + 0.1 * rng.normal(size=rows)
    columns = {"c": [f"k{i}" for i in code], "x": x.tolist(), "label": label.tolist()}
    fields = (Field("c", "STRING"), Field("x", "FLOAT64"), Field("label", "FLOAT64"))
    model = fit(Table(fields, columns, rows), data_split_method="NO_SPLIT")
    assert model.metrics["r2_score"] > 0.98


def test_descent_comes_close_to_the_exact_solution_with_many_rare_categories(fit: Fit) -> None:
    """AUTO_STRATEGY descends where categories are many: 20 iterations must do."""
    random = np.random.default_rng(0)
    days = random.integers(0, 300, 700)
    age = random.normal(40, 10, 700)
    table = Table(
        (Field("day", "STRING"), Field("age", "FLOAT64"), Field("label", "FLOAT64")),
        {
            "day": [f"day {day}" for day in days],
            "age": age.tolist(),
            "label": (10 * age + days / 30 + random.normal(0, 5, 700)).tolist(),
        },
        700,
    )
    descended = fit(table, "linear_reg", data_split_method="NO_SPLIT")
    exact = fit(
        table, "linear_reg", data_split_method="NO_SPLIT", optimize_strategy="NORMAL_EQUATION"
    )
    assert descended.strategy == "BATCH_GRADIENT_DESCENT"
    assert descended.metrics["r2_score"] >= exact.metrics["r2_score"] - 0.02
