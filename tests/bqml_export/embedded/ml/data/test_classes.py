"""The classes of a LOGISTIC_REG: order, text and weights."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from bqml_export.embedded.ml.data.classes import learn_classes, row_weights
from bqml_export.embedded.ml.data.table import Value
from bqml_export.embedded.ml.options.training_options import parse_options
from bqml_export.errors import InvalidQueryError
from bqml_export.sql.values import OptionValue, StructValue


@pytest.mark.parametrize(
    ("labels", "texts"),
    [
        (["setosa", "virginica", "versicolor"], ("virginica", "versicolor", "setosa")),
        ([0, 1, 1, 0], ("1", "0")),
        ([2, 10], ("10", "2")),
        ([False, True], ("true", "false")),
        ([0.5, 1.0], ("1", "0.5")),
        (["2020-01-02", "2020-01-01"], ("2020-01-02", "2020-01-01")),
        ([b"a", b"b"], ("Yg==", "YQ==")),
    ],
)
def test_classes_are_descending_and_written_as_text(
    labels: list[Value], texts: tuple[str, ...]
) -> None:
    """Labels of any type are ordered as values, and exported as CAST(label AS STRING)."""
    assert learn_classes("label", labels).texts == texts


@pytest.mark.parametrize("labels", [["a"], list(range(51))])
def test_number_of_classes_is_bounded(labels: list[Value]) -> None:
    """One class, or more than 50, is an error that gives the number and the bounds."""
    with pytest.raises(InvalidQueryError, match=f"label has {len(labels)} distinct.* 2 to 50"):
        learn_classes("label", labels)


def test_fifty_classes_are_allowed() -> None:
    """The bound itself is within."""
    assert len(learn_classes("label", list(range(50))).labels) == 50


def test_nan_is_no_class() -> None:
    """NaN is not equal to itself and cannot be predicted."""
    with pytest.raises(InvalidQueryError, match="label holds NaN"):
        learn_classes("label", [1.0, math.nan])


def weights_of(labels: Sequence[Value], **options: OptionValue) -> list[float]:
    """Returns the weight of each row."""
    classes = learn_classes("label", labels)
    parsed = parse_options({"model_type": "logistic_reg", **options})
    return list(row_weights(classes, classes.encode(labels), parsed))


def test_auto_class_weights_balance_the_classes() -> None:
    """AUTO_CLASS_WEIGHTS: rows / (rows of the class * classes)."""
    assert weights_of(["a", "a", "a", "b"], auto_class_weights=True) == pytest.approx(
        [4 / 6, 4 / 6, 4 / 6, 2]
    )


def structs(**weights: float) -> list[OptionValue]:
    """Returns CLASS_WEIGHTS as the SQL parser hands it over."""
    return [StructValue((None, None), (label, weight)) for label, weight in weights.items()]


def test_class_weights_are_matched_by_label() -> None:
    """CLASS_WEIGHTS gives each row the weight of its class, in any order."""
    assert weights_of(["a", "b"], class_weights=structs(b=3, a=0.5)) == [0.5, 3]


def test_class_weights_match_labels_that_are_not_text() -> None:
    """A label of an INT64 column is matched by '1' as well as by 1."""
    given: list[OptionValue] = [
        StructValue((None, None), ("1", 2.0)),
        StructValue((None, None), (0, 1.0)),
    ]
    assert weights_of([1, 0], class_weights=given) == [2, 1]


@pytest.mark.parametrize(
    ("given", "named"), [({"a": 1}, "no weight for: b"), ({"a": 1, "b": 1, "c": 1}, "lacks: c")]
)
def test_class_weights_must_name_every_class(given: dict[str, float], named: str) -> None:
    """A class without a weight, or a weight without a class, is an error that names it."""
    with pytest.raises(InvalidQueryError, match=named):
        weights_of(["a", "b"], class_weights=structs(**given))


def test_no_class_weights_means_one() -> None:
    """By default every row counts the same."""
    assert weights_of(["a", "b", "b"]) == np.ones(3).tolist()
