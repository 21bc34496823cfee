"""The plain values inside a row."""

from __future__ import annotations

import pytest

from bqml_export.errors import NotSupportedError
from bqml_export.parity._leaf import Leaf, leaves_of
from bqml_export.repository.record import Column


def test_a_struct_column_has_a_leaf_for_each_field() -> None:
    """Its fields are values of their own, as in the export's inputs."""
    columns = [Column("x", "INT64"), Column("s", "STRUCT<a FLOAT64, b STRING>")]
    assert leaves_of(columns) == (
        Leaf("x", None, "INT64"),
        Leaf("s", "a", "FLOAT64"),
        Leaf("s", "b", "STRING"),
    )


def test_a_leaf_is_read_and_changed_in_its_row() -> None:
    """The rest of the row stays, and a NULL STRUCT becomes one with that field."""
    leaf = Leaf("s", "a", "INT64")
    row = {"x": 1, "s": {"a": 2, "b": "c"}}
    assert leaf.of(row) == 2
    assert leaf.set(row, 5) == {"x": 1, "s": {"a": 5, "b": "c"}}
    assert leaf.of({"s": None}) is None
    assert leaf.set({"s": None}, 5) == {"s": {"a": 5}}


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (Column("tags", "ARRAY<STRING>"), "feature tags has the type ARRAY<STRING>"),
        (Column("at", "TIMESTAMP"), "feature at has the type TIMESTAMP"),
        (Column("s", "STRUCT<t STRUCT<a INT64, b INT64>>"), "feature s.t has the type STRUCT<"),
    ],
)
def test_a_type_that_is_not_compared_is_named(column: Column, words: str) -> None:
    """The column and its type are in the error."""
    with pytest.raises(NotSupportedError, match=words):
        leaves_of([column])
