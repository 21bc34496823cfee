"""Script variables: DECLARE, SET, and the places that use them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.tokens import Sql, parameter, read_sql

_PREFIX = "bqml_variable_"
_NULL = read_sql("NULL")


@dataclass(frozen=True, slots=True)
class Assignment:
    """DECLARE or SET: variables, in lower case, that get the value of one expression.

    `type_name` is empty where it is not written, and `expression` is NULL for a DECLARE without
    DEFAULT.
    """

    names: tuple[str, ...]
    type_name: str
    expression: Sql
    declares: bool


def read_assignment(sql: Sql) -> Assignment | None:
    """Returns None where `sql` is no DECLARE or SET; refuses system variables and several."""
    first = sql.words(0, 1)
    if first == ("DECLARE",):
        return _declare(sql[1:])
    if first == ("SET",):
        return _set(sql[1:])
    return None


def parameter_name(variable: str) -> str:
    return f"{_PREFIX}{variable}"


def variable_of(name: str) -> str:
    """Returns the variable that a query parameter holds, or "" for a parameter of the user's."""
    return name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else ""


def use_parameters(sql: Sql, variables: Collection[str]) -> Sql:
    """Returns `sql` with each use of a variable as a query parameter.

    As in bqemulator's scripts a variable hides a column of its name.
    """
    return sql.edited(
        (index, index + 1, parameter(parameter_name(token.name.lower())))
        for index, token in enumerate(sql)
        if token.name.lower() in variables and _is_value(sql, index)
    )


def _is_value(sql: Sql, index: int) -> bool:
    before = sql.words(index - 1, 1) if index else ()
    after = sql.words(index + 1, 1)
    part_of_name = before in ((".",), ("@",), ("AS",)) or after in ((".",), ("(",))
    return not sql[index].literal and not part_of_name


def _declare(sql: Sql) -> Assignment:
    default = next((n for n, token in enumerate(sql) if token.word == "DEFAULT"), len(sql))
    *first_names, last = sql[:default].split(",") or [Sql()]
    # A type may have commas of its own: STRUCT<a INT64, b INT64>.
    names = [*first_names, last[:1]]
    if any(len(name) != 1 for name in names):
        raise InvalidQueryError("Syntax error: DECLARE needs names, and a type or a DEFAULT")
    type_name, expression = last[1:].text, sql[default + 1 :]
    if not type_name and not expression:
        raise InvalidQueryError("Syntax error: DECLARE needs a type or a DEFAULT")
    return Assignment(
        tuple(name[0].name.lower() for name in names),
        type_name,
        expression or _NULL,
        declares=True,
    )


def _set(sql: Sql) -> Assignment:
    if sql.words(0, 1) in (("(",), ("@",), ("@@",)) or not sql:
        raise NotSupportedError(
            "SET of several or of system variables together with models in one request is not "
            "supported by the embedded BigQuery ML; SET name = value is"
        )
    if sql.words(1, 1) != ("=",) or len(sql) < 3:
        raise InvalidQueryError("Syntax error: SET needs name = value")
    return Assignment((sql[0].name.lower(),), "", sql[2:], declares=False)
