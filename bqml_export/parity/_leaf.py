"""The plain values inside a model's feature columns: a column, or a field of a STRUCT column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bqml_export.errors import NotSupportedError
from bqml_export.parity._case import Row
from bqml_export.repository.record import Column

NUMERIC_TYPES = ("INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC")
PLAIN_TYPES = (*NUMERIC_TYPES, "BOOL", "STRING", "BYTES", "DATE", "DATETIME", "TIME")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A plain value: its column, its field if the column is a STRUCT, and its GoogleSQL type."""

    column: str
    field: str | None
    type: str

    def __str__(self) -> str:
        return self.column if self.field is None else f"{self.column}.{self.field}"

    def of(self, row: Row) -> object:
        value = row.get(self.column)
        if self.field is None or value is None:
            return value
        assert isinstance(value, dict)
        return value.get(self.field)

    def set(self, row: Row, value: object) -> Row:
        if self.field is None:
            return {**row, self.column: value}
        struct = row.get(self.column) or {}
        assert isinstance(struct, dict)
        return {**row, self.column: {**struct, self.field: value}}


def leaves_of(columns: Sequence[Column]) -> tuple[Leaf, ...]:
    """Refuses a column whose type cannot be compared, by its name."""
    return tuple(leaf for column in columns for leaf in _leaves(column))


def _leaves(column: Column) -> list[Leaf]:
    if column.type.startswith("STRUCT<"):
        fields = [field.split(" ", 1) for field in _fields(column.type[len("STRUCT<") : -1])]
        return [_plain(Leaf(column.name, name, kind)) for name, kind in fields]
    return [_plain(Leaf(column.name, None, column.type))]


def _plain(leaf: Leaf) -> Leaf:
    if leaf.type not in PLAIN_TYPES:
        raise NotSupportedError(
            f"feature {leaf} has the type {leaf.type}, whose values are not compared",
            hint="`verify --files-only` compares hashes only",
        )
    return leaf


def _fields(inside: str) -> list[str]:
    """Returns `a INT64, b STRUCT<c INT64, d STRING>` cut at its outer commas."""
    depth, cuts = 0, [-1]
    for position, character in enumerate(inside):
        depth += (character == "<") - (character == ">")
        if character == "," and depth == 0:
            cuts.append(position)
    cuts.append(len(inside))
    return [inside[start + 1 : end].strip() for start, end in pairwise(cuts)]
