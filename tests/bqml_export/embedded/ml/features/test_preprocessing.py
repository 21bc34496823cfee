"""Automatic preprocessing: what training learns about each column."""

from __future__ import annotations

import statistics

import pytest

from bqml_export.embedded.ml.data.table import Field, Value
from bqml_export.embedded.ml.features.preprocessing import (
    CategoricalFeature,
    NumericFeature,
    learn_features,
)
from bqml_export.errors import InvalidQueryError


def numeric(values: list[Value]) -> NumericFeature:
    """Returns what training learns about an INT64 column."""
    (feature,) = learn_features([Field("x", "INT64")], {"x": values}, dummy_encoding=False)
    assert isinstance(feature, NumericFeature)
    return feature


def categorical(values: list[Value], *, dummy: bool = False) -> CategoricalFeature:
    """Returns what training learns about a STRING column."""
    (feature,) = learn_features([Field("c", "STRING")], {"c": values}, dummy_encoding=dummy)
    assert isinstance(feature, CategoricalFeature)
    return feature


def test_number_is_described_without_its_nulls() -> None:
    """Mean, median and sample standard deviation are those of the values that are there."""
    feature, known = numeric([1, None, 2, 6]), [1, 2, 6]
    assert (feature.minimum, feature.maximum, feature.null_count) == (1, 6, 1)
    assert (feature.mean, feature.median) == (3, 2)
    assert feature.stddev == pytest.approx(statistics.stdev(known))


def test_null_number_counts_as_the_mean() -> None:
    """BigQuery replaces a NULL number by the mean of training."""
    assert numeric([1, None, 2, 6]).encode([None, 4]).tolist() == [3, 4]


@pytest.mark.parametrize("value", [0.1, 0, 1e300, 1700000063])
def test_constant_number_has_no_spread(value: float) -> None:
    """A constant column is divided by 1, never by 0 or by a rounding error."""
    feature = numeric([value] * 7)
    assert (feature.mean, feature.stddev, feature.scale) == (value, 0, 1)


def test_column_of_nulls_is_refused_by_name() -> None:
    """A number that is never there has no mean."""
    with pytest.raises(InvalidQueryError, match="column x is NULL in every"):
        numeric([None, None])


def test_null_category_exists_only_with_nulls() -> None:
    """`_null_filler` is a category if, and only if, training saw a NULL."""
    assert categorical(["b", "a"]).categories == ("a", "b")
    assert categorical(["b", None, "a"]).categories == ("_null_filler", "a", "b")


def test_null_and_unseen_categories_are_encoded_apart() -> None:
    """NULL has its own place; an unseen category, or NULL without a place, has none (-1)."""
    assert categorical(["b", None, "a"]).encode([None, "a", "b", "c", ""]).tolist() == [
        0,
        1,
        2,
        -1,
        -1,
    ]
    assert categorical(["b", "a"]).encode([None, "a"]).tolist() == [-1, 0]


def test_dummy_encoding_drops_the_most_frequent_category() -> None:
    """The dropped category stays in the list; only its weight will be 0."""
    feature = categorical(["a", "b", "b", "c"], dummy=True)
    assert feature.categories[feature.dropped or 0] == "b"
    assert categorical(["a", "b"]).dropped is None
