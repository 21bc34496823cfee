"""CREATE SCHEMA, whose options the backend ignores, and DROP SCHEMA, which concerns models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql._constants import read_options
from bqml_export.sql.paths import read_path
from bqml_export.sql.tokens import Sql
from bqml_export.sql.values import OptionValue, StructValue

_FIELDS = {"location": "location", "description": "description", "friendly_name": "friendlyName"}


@dataclass(frozen=True, slots=True)
class CreateSchema:
    """CREATE SCHEMA [IF NOT EXISTS] [project.]dataset [OPTIONS(...)].

    `fields` are those of the Dataset resource; `project` is empty when it is not written.
    """

    project: str
    dataset: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DropSchema:
    """DROP SCHEMA [IF EXISTS] [project.]dataset [CASCADE]; project is empty when not written."""

    project: str
    dataset: str
    cascade: bool


def created_schemas(sql: Sql) -> tuple[CreateSchema, ...]:
    return tuple(_created(part) for part in sql.split(";") if part.words(0, 2) == _CREATE)


def dropped_schemas(sql: Sql) -> tuple[DropSchema, ...]:
    parts = [part for part in sql.split(";") if part.words(0, 2) == _DROP and len(part) > 2]
    return tuple(_dropped(part) for part in parts)


_CREATE, _DROP = ("CREATE", "SCHEMA"), ("DROP", "SCHEMA")


def _created(sql: Sql) -> CreateSchema:
    begin = 5 if sql.words(2, 3) == ("IF", "NOT", "EXISTS") else 2
    end = begin
    while end < len(sql) and sql[end].word not in ("OPTIONS", "DEFAULT"):
        end += 1
    if end == begin or sql.words(end, 1) == ("DEFAULT",):
        raise NotSupportedError(
            "The embedded BigQuery supports CREATE SCHEMA [IF NOT EXISTS] name [OPTIONS(...)]"
        )
    path = read_path(sql[begin:end])
    options: Mapping[str, OptionValue] = {}
    if sql.words(end, 2) == ("OPTIONS", "("):
        options = read_options(sql[end + 2 : sql.closing(end + 1)])
    return CreateSchema(path.dataset, path.model, _fields(options))


def _dropped(sql: Sql) -> DropSchema:
    begin = 4 if sql.words(2, 2) == ("IF", "EXISTS") else 2
    flag = sql[-1].word
    path = read_path(sql[begin : -1 if flag in ("CASCADE", "RESTRICT") else None])
    return DropSchema(path.dataset, path.model, flag == "CASCADE")


def _fields(options: Mapping[str, OptionValue]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in options.items():
        if name == "labels":
            fields["labels"] = _labels(value)
        elif name not in _FIELDS:
            raise NotSupportedError(
                f"CREATE SCHEMA: option {name} is not supported by the embedded BigQuery"
            )
        elif isinstance(value, str):
            fields[_FIELDS[name]] = value
        else:
            raise InvalidQueryError(f"CREATE SCHEMA: option {name} must be a STRING")
    return fields


def _labels(value: OptionValue) -> dict[str, str]:
    pairs = value if isinstance(value, list) else [value]
    labels: dict[str, str] = {}
    for pair in pairs:
        if not isinstance(pair, StructValue) or len(pair.values) != 2:
            raise InvalidQueryError("CREATE SCHEMA: labels must be [('name', 'value'), ...]")
        labels[str(pair.values[0])] = str(pair.values[1])
    return labels
