"""Query parameters of a request whose parts run separately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from bqml_export.errors import InvalidQueryError
from bqml_export.sql.tokens import Sql, parameter, read_sql

Parameter: TypeAlias = Mapping[str, Any]
"""One entry of `queryParameters` of the REST API."""

_FROM_BASE64, _OPEN, _CLOSE = read_sql("FROM_BASE64()")


def name_positional(sql: Sql, parameters: Sequence[Parameter]) -> tuple[Sql, tuple[Parameter, ...]]:
    """Returns `sql` and its parameters with every `?` turned into a named parameter.

    The parts of a statement that ML functions cut it into can then share one list.
    """
    places = [index for index, token in enumerate(sql) if token.placeholder]
    if not places:
        return sql, tuple(parameters)
    if len(places) > len(parameters):
        raise InvalidQueryError(
            f"Query has {len(places)} positional parameters, but {len(parameters)} were given"
        )
    named = [{**given, "name": f"p_{n}"} for n, given in enumerate(parameters, start=1)]
    edits = ((at, at + 1, parameter(f"p_{n}")) for n, at in enumerate(places, start=1))
    return sql.edited(edits), tuple(named)


def decode_bytes_parameters(
    sql: Sql, parameters: Sequence[Parameter]
) -> tuple[Sql, tuple[Parameter, ...]]:
    """Returns `sql` and its named parameters with BYTES as base64 text that the SQL decodes.

    The backend takes BYTES for text.
    """
    names = {
        str(given.get("name")).lower()
        for given in parameters
        if given.get("parameterType", {}).get("type") == "BYTES"
    }
    edits = (
        (index, index + 2, (_FROM_BASE64, _OPEN, *sql[index : index + 2], _CLOSE))
        for index, token in enumerate(sql.tokens[:-1])
        if token.word == "@" and sql[index + 1].name.lower() in names
    )
    return sql.edited(edits), tuple(_as_text(given, names) for given in parameters)


def _as_text(given: Parameter, names: set[str]) -> Parameter:
    if str(given.get("name")).lower() not in names:
        return given
    return {**given, "parameterType": {"type": "STRING"}}
