"""A row of BigQuery becomes what a model takes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from bqml_export.repository.instance import to_instance


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (3, "float64[-1]", 3.0),
        (Decimal("1.5"), "float32[-1]", 1.5),
        (3, "int64[-1]", 3),
        (True, "bool[-1]", True),
        ("a", "string[-1]", "a"),
        (b"\xff", "string[-1]", {"b64": "/w=="}),
        (dt.date(2020, 9, 7), "string[-1]", "2020-09-07"),
        (dt.datetime(2017, 2, 8, 12, 30, 30, 450_000), "string[-1]", "2017-02-08 12:30:30.450"),  # noqa: DTZ001
        (dt.datetime(2017, 2, 8), "string[-1]", "2017-02-08 00:00:00"),  # noqa: DTZ001
        (dt.time(6, 30, 20), "string[-1]", "06:30:20"),
        (dt.time(6, 30, 20, 7), "string[-1]", "06:30:20.000007"),
        (["a", "b"], "string[-1,-1]", ["a", "b"]),
    ],
)
def test_each_type_has_the_text_or_number_of_the_export(
    value: object, kind: str, expected: object
) -> None:
    """As in the table of input types in the exports of BigQuery ML."""
    assert to_instance({"x": value}, {"x": kind}) == {"x": expected}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "float64[-1]"),
        (float("nan"), "float64[-1]"),
        ("1", "float64[-1]"),
        (True, "float64[-1]"),
        (1, "string[-1]"),
        (1.5, "int64[-1]"),
        ([1.0, None], "float64[-1,-1]"),
        ([1.0], "float64[-1]"),
        (1.0, "float64[?]"),
    ],
)
def test_a_row_that_the_model_cannot_take_is_none(value: object, kind: str) -> None:
    """A request that fails would keep the version from being served."""
    assert to_instance({"x": value}, {"x": kind}) is None


def test_only_the_inputs_are_taken_whatever_their_case() -> None:
    """The label stays out; a field of a STRUCT is an input of its own."""
    row = {"Age": 3, "place": {"City": "Ulm"}, "label": "no"}
    inputs = {"age": "float64[-1]", "place_city": "string[-1]"}
    assert to_instance(row, inputs) == {"age": 3.0, "place_city": "Ulm"}


def test_a_missing_column_is_none() -> None:
    """The query may have changed since."""
    assert to_instance({"x": 1.0}, {"y": "float64[-1]"}) is None
