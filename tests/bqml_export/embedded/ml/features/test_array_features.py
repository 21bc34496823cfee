"""ARRAY columns as features."""

from __future__ import annotations

import numpy as np
import pytest

from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.features.array_features import learn_array
from bqml_export.embedded.ml.features.design import Layout
from bqml_export.embedded.ml.features.preprocessing import Feature
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.errors import InvalidQueryError

PAIR = (Field("index", "INT64"), Field("value", "FLOAT64"))
TAGS, NUMBERS = Field("a", "STRING", "REPEATED"), Field("a", "FLOAT64", "REPEATED")
SPARSE = Field("a", "STRUCT", "REPEATED", PAIR)


def matrix(feature: Feature, values: list[Value]) -> list[list[float]]:
    """Returns the columns of one feature, written out."""
    layout = Layout((feature,), fit_intercept=True)
    result: list[list[float]] = (
        layout.encode({"a": values}, len(values)).written_out()[:, :-1].tolist()
    )
    return result


def test_categories_are_multi_hot() -> None:
    """An element counts once however often it occurs; NULL is a category, unseen is nothing."""
    feature = learn_array(TAGS, [["x", "y"], [], ["x", None]])
    assert feature.categories == ("_null_filler", "x", "y")
    rows: list[Value] = [["y", "x", "y"], [], None, ["new", None]]
    assert matrix(feature, rows) == [[0, 1, 1], [0, 0, 0], [0, 0, 0], [1, 0, 0]]


def test_numbers_are_a_vector_as_they_are() -> None:
    """An ARRAY of numbers is not standardised; positions beyond training's count nothing."""
    feature = learn_array(NUMBERS, [[1.5, 2.0], [3.0]])
    assert matrix(feature, [[4.0], [5.0, None], [1, 2, 3]]) == [[4, 0], [5, 0], [1, 2]]


def test_indexed_numbers_are_a_sparse_vector() -> None:
    """ARRAY<STRUCT<INT64, FLOAT64>> sets the columns that it names."""
    feature = learn_array(SPARSE, [[{"index": 2, "value": 0.5}]])
    assert matrix(feature, [[{"index": 0, "value": 3.0}, {"index": 2, "value": 1.0}]]) == [
        [3, 0, 1]
    ]


@pytest.mark.parametrize(
    ("field", "rows", "named"),
    [
        (TAGS, [[], None], "empty ARRAY in every"),
        (NUMBERS, [[]], "empty ARRAY in every"),
        (SPARSE, [[{"index": -1, "value": 1.0}]], "the index -1"),
        (SPARSE, [[{"index": 3, "value": 1.0}] * 2], "index 3 twice"),
        (NUMBERS, [[float("nan")]], "Column a holds NaN"),
    ],
)
def test_arrays_without_meaning_are_refused(field: Field, rows: list[Value], named: str) -> None:
    """The message names the column and what is wrong with it."""
    with pytest.raises(InvalidQueryError, match=named):
        learn_array(field, rows)


@pytest.mark.parametrize("longest", [3, 80])
def test_products_are_those_of_the_written_out_matrix(longest: int) -> None:
    """Also where arrays are so long that the Gram matrix is summed by blocks."""
    rng = np.random.default_rng(0)
    rows: list[Value] = [rng.normal(size=rng.integers(1, longest)).tolist() for _ in range(50)]
    layout = Layout((learn_array(NUMBERS, rows),), fit_intercept=True)
    design = layout.encode({"a": rows}, 50)
    full, right = design.written_out(), rng.normal(size=(50, 2))
    np.testing.assert_allclose(design.times(np.eye(design.width)), full)
    np.testing.assert_allclose(design.transposed_times(right), full.T @ right, atol=1e-12)
    np.testing.assert_allclose(design.gram(), full.T @ full, atol=1e-9)
    np.testing.assert_allclose(design.column_squares(), (full**2).sum(axis=0), atol=1e-9)


def test_a_model_of_arrays_predicts_and_survives_json(fit: object) -> None:
    """Training finds the weight of each tag and of each position."""
    from bqml_export.embedded.ml.options.training_options import parse_options
    from bqml_export.embedded.ml.training.train import train

    tags: list[Value] = [["x"], ["y"], ["x", "y"], []] * 5
    vectors: list[Value] = [[float(i), 1.0] for i in range(20)]
    label = [2.0 * ("x" in t) + 0.5 * v[0] for t, v in zip(tags, vectors, strict=True)]  # type: ignore[operator, index]
    fields = (TAGS, Field("v", "FLOAT64", "REPEATED"), Field("label", "FLOAT64"))
    table = Table(fields, {"a": tags, "v": vectors, "label": label}, 20)
    model = train(table, parse_options({"model_type": "linear_reg"}))
    again = GLMModel.from_json(model.to_json())
    assert again.predict(table).columns["predicted_label"] == pytest.approx(label, abs=1e-6)
    rows = {r["input"]: r for r in again.feature_info().rows()}
    assert (rows["a"]["category_count"], rows["v"]["dimension"]) == (2, 2)
