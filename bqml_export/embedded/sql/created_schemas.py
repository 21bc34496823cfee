"""CREATE SCHEMA statements, whose options the backend ignores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bqml_export.embedded.ml.options import StructValue
from bqml_export.embedded.sql.options import parse_option_list
from bqml_export.embedded.sql.reference import parse_model_path
from bqml_export.embedded.sql.tokens import Token, closing, split, tokenize, words
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bqml_export.embedded.ml.options import OptionValue

_FIELDS = {"location": "location", "description": "description", "friendly_name": "friendlyName"}


@dataclass(frozen=True, slots=True)
class CreateSchema:
    """CREATE SCHEMA [IF NOT EXISTS] [project.]dataset [OPTIONS(...)].

    `fields` are those of the Dataset resource; `project` is empty when it is not written.
    """

    project: str
    dataset: str
    fields: Mapping[str, object]


def created_schemas(sql: str) -> tuple[CreateSchema, ...]:
    """Returns the CREATE SCHEMA statements among the statements of a request.

    Raises:
        InvalidQueryError: An option has a wrong value.
        NotSupportedError: An option is not supported.
    """
    if "SCHEMA" not in sql.upper():
        return ()
    runs = [run for run in split(tokenize(sql), ";") if words(run, 0, 2) == ("CREATE", "SCHEMA")]
    return tuple(_created(sql, run) for run in runs)


def _created(sql: str, run: Sequence[Token]) -> CreateSchema:
    begin = 5 if words(run, 2, 3) == ("IF", "NOT", "EXISTS") else 2
    end = begin
    while end < len(run) and run[end].word not in ("OPTIONS", "DEFAULT"):
        end += 1
    if end == begin or words(run, end, 1) == ("DEFAULT",):
        raise NotSupportedError(
            "The embedded BigQuery supports CREATE SCHEMA [IF NOT EXISTS] name [OPTIONS(...)]"
        )
    path = parse_model_path(sql[run[begin].start : run[end - 1].end])
    options: Mapping[str, OptionValue] = {}
    if words(run, end, 2) == ("OPTIONS", "("):
        options = parse_option_list(sql, run[end + 2 : closing(run, end + 1)])
    return CreateSchema(path.dataset, path.model, _fields(options))


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
