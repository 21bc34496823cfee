"""Query parameters of a request whose parts run separately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from bqml_export.embedded.sql.tokens import tokenize
from bqml_export.errors import InvalidQueryError

Parameter: TypeAlias = Mapping[str, Any]
"""One entry of `queryParameters` of the REST API."""


def name_positional(sql: str, parameters: Sequence[Parameter]) -> tuple[str, tuple[Parameter, ...]]:
    """Returns `sql` and its parameters with every `?` turned into a named parameter.

    The parts of a statement that ML functions cut it into can then share one list.

    Raises:
        InvalidQueryError: There are more `?` than parameters.
    """
    places = [token for token in tokenize(sql) if token.placeholder]
    if not places:
        return sql, tuple(parameters)
    if len(places) > len(parameters):
        raise InvalidQueryError(
            f"Query has {len(places)} positional parameters, but {len(parameters)} were given"
        )
    named = [{**parameter, "name": f"p_{n}"} for n, parameter in enumerate(parameters, start=1)]
    for number, token in reversed(list(enumerate(places, start=1))):
        sql = f"{sql[: token.start]}@p_{number}{sql[token.end :]}"
    return sql, tuple(named)
