"""Columns of training or prediction data with their BigQuery types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Value: TypeAlias = object
"""int (INT64), float (FLOAT64, NUMERIC, BIGNUMERIC), bool (BOOL), str (STRING, and DATE, DATETIME,
TIME, TIMESTAMP in the text form that BigQuery ML's export uses), bytes (BYTES), list (REPEATED),
dict (STRUCT), or None (NULL)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name, GoogleSQL type name, mode and, for a STRUCT, its fields."""

    name: str
    type: str
    mode: str = "NULLABLE"
    fields: tuple[Field, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Field:
        return cls(**{**data, "fields": tuple(cls.from_json(f) for f in data["fields"])})


@dataclass(frozen=True, slots=True)
class Table:
    """A table held by column; every column has `num_rows` values."""

    fields: tuple[Field, ...]
    columns: Mapping[str, Sequence[Value]]
    num_rows: int = field(default=0)

    @classmethod
    def from_rows(cls, fields: Sequence[Field], rows: Sequence[Mapping[str, Value]]) -> Table:
        """Returns the table of `rows`; a column that a row lacks is NULL there."""
        columns = {f.name: [row.get(f.name) for row in rows] for f in fields}
        return cls(tuple(fields), columns, len(rows))

    def only(self, rows: Sequence[int]) -> Table:
        columns = {name: [values[i] for i in rows] for name, values in self.columns.items()}
        return Table(self.fields, columns, len(rows))

    def rows(self) -> list[dict[str, Value]]:
        """Returns the table as one dict per row, keys in column order."""
        names = [f.name for f in self.fields]
        values = zip(*(self.columns[name] for name in names), strict=True)
        return [dict(zip(names, row, strict=True)) for row in values]
