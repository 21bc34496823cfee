"""Script variables: DECLARE, SET, and the places that use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bqml_export.embedded.sql.tokens import Token, split, tokenize, words
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_PREFIX = "bqml_variable_"


@dataclass(frozen=True, slots=True)
class Assignment:
    """DECLARE or SET: variables, in lower case, that get the value of one expression.

    `type_name` is empty where it is not written, and `expression` is NULL for a DECLARE without
    DEFAULT.
    """

    names: tuple[str, ...]
    type_name: str
    expression: str
    declares: bool


def parse_assignment(sql: str) -> Assignment | None:
    """Returns the DECLARE or SET statement that `sql` is, or None.

    Raises:
        InvalidQueryError: It has a syntax error.
        NotSupportedError: It sets several variables, or a system variable.
    """
    tokens = tokenize(sql)
    first = words(tokens, 0, 1)
    if first == ("DECLARE",):
        return _declare(sql, tokens[1:])
    if first == ("SET",):
        return _set(sql, tokens[1:])
    return None


def parameter_name(variable: str) -> str:
    """Returns the name of the query parameter that holds a variable."""
    return f"{_PREFIX}{variable}"


def variable_of(parameter: str) -> str:
    """Returns the variable that a query parameter holds, or "" for a parameter of the user's."""
    return parameter.removeprefix(_PREFIX) if parameter.startswith(_PREFIX) else ""


def use_parameters(sql: str, variables: Collection[str]) -> str:
    """Returns `sql` with each use of a variable as a query parameter.

    As in bqemulator's scripts a variable hides a column of its name.
    """
    tokens = tokenize(sql)
    for index in range(len(tokens) - 1, -1, -1):
        name = _text(sql, tokens[index : index + 1]).strip("`").lower()
        if name in variables and _is_value(tokens, index):
            start, end = tokens[index].start, tokens[index].end
            sql = f"{sql[:start]}@{parameter_name(name)}{sql[end:]}"
    return sql


def _is_value(tokens: Sequence[Token], index: int) -> bool:
    before = words(tokens, index - 1, 1) if index else ()
    after = words(tokens, index + 1, 1)
    part_of_name = before in ((".",), ("@",), ("AS",)) or after in ((".",), ("(",))
    return not tokens[index].literal and not part_of_name


def _declare(sql: str, tokens: Sequence[Token]) -> Assignment:
    default = next((n for n, token in enumerate(tokens) if token.word == "DEFAULT"), len(tokens))
    *first_names, last = split(tokens[:default], ",") or [()]
    # A type may have commas of its own: STRUCT<a INT64, b INT64>.
    names = [*first_names, last[:1]]
    if any(len(name) != 1 for name in names):
        raise InvalidQueryError("Syntax error: DECLARE needs names, and a type or a DEFAULT")
    expression = _text(sql, tokens[default + 1 :])
    type_name = _text(sql, last[1:])
    if not type_name and not expression:
        raise InvalidQueryError("Syntax error: DECLARE needs a type or a DEFAULT")
    return Assignment(
        tuple(_text(sql, name).strip("`").lower() for name in names),
        type_name,
        expression or "NULL",
        declares=True,
    )


def _set(sql: str, tokens: Sequence[Token]) -> Assignment:
    if words(tokens, 0, 1) in (("(",), ("@",), ("@@",)) or not tokens:
        raise NotSupportedError(
            "SET of several or of system variables together with models in one request is not "
            "supported by the embedded BigQuery ML; SET name = value is"
        )
    if words(tokens, 1, 1) != ("=",) or len(tokens) < 3:
        raise InvalidQueryError("Syntax error: SET needs name = value")
    name = _text(sql, tokens[:1]).strip("`").lower()
    return Assignment((name,), "", _text(sql, tokens[2:]), declares=False)


def _text(sql: str, tokens: Sequence[Token]) -> str:
    return sql[tokens[0].start : tokens[-1].end] if tokens else ""
