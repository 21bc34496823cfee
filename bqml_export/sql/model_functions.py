"""Calls of ML.<function>(MODEL m, ...) inside a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql._constants import read_constant, read_numbers
from bqml_export.sql.paths import ModelPath, read_path
from bqml_export.sql.tokens import Sql, joined, read_sql
from bqml_export.sql.values import OptionValue, StructValue

_ARRAYS = ("GENERATE_ARRAY", "ARRAY", "[")
_SELECT_ALL_FROM = read_sql("SELECT * FROM")


@dataclass(frozen=True, slots=True)
class FunctionUse:
    """One outermost ML call: the tokens from `start` to `end`.

    `query` is the data argument as a query (`TABLE t` becomes `SELECT * FROM t`), or None;
    `thresholds` are the array argument of ML.ROC_CURVE.
    """

    function: str
    path: ModelPath
    start: int
    end: int
    query: Sql | None
    settings: Mapping[str, OptionValue]
    thresholds: tuple[float, ...] | None = None


def find_functions(sql: Sql) -> tuple[FunctionUse, ...]:
    """Returns the outermost ML calls of `sql` in order; calls in their arguments stay inside."""
    found: list[FunctionUse] = []
    index = 0
    while index < len(sql):
        if _is_call(sql, index):
            end = sql.closing(index + 3)
            found.append(_function(sql, index, end))
            index = end
        index += 1
    return tuple(found)


def uses_models(sql: Sql) -> bool:
    return any(_is_call(sql, index) for index in range(len(sql)))


def _is_call(sql: Sql, index: int) -> bool:
    if sql[index].word not in ("ML", "AI"):
        return False
    words = sql.words(index, 5)
    return words[1:2] == (".",) and words[3:] == ("(", "MODEL")


def _function(sql: Sql, index: int, end: int) -> FunctionUse:
    name = f"{sql[index].word}.{sql[index + 2].word}"
    model, *arguments = sql[index + 4 : end].split(",")
    if len(model) < 2:
        raise InvalidQueryError("Syntax error: an argument is missing")
    path = read_path(model[1:])
    query: Sql | None = None
    thresholds: tuple[float, ...] | None = None
    settings: Mapping[str, OptionValue] = {}
    for argument in arguments:
        if argument[0].word == "STRUCT":
            settings = _settings(name, argument)
        elif name == "ML.ROC_CURVE" and argument[0].word in _ARRAYS:
            thresholds = read_numbers(argument)
        elif query is None:
            query = _data(name, argument)
        else:
            raise InvalidQueryError(f"{name} takes one table or query, got {argument.text}")
    return FunctionUse(name, path, index, end + 1, query, settings, thresholds)


def _data(name: str, argument: Sql) -> Sql:
    if argument[0].word == "TABLE" and len(argument) > 1:
        return joined([_SELECT_ALL_FROM, argument[1:]], " ")
    if argument[0].word == "(" and argument[-1].word == ")":
        if len(argument) == 2:
            raise InvalidQueryError("Syntax error: an argument is missing")
        return argument[1:-1]
    if len(argument) > 1 and argument[1].word == "=>":
        raise NotSupportedError(f"{name}: named arguments (name => value) are not supported")
    raise InvalidQueryError(f"{name} takes (query) or TABLE name as data, got {argument.text}")


def _settings(name: str, argument: Sql) -> Mapping[str, OptionValue]:
    struct = read_constant(argument)
    if not isinstance(struct, StructValue):
        raise InvalidQueryError(
            f"{name} takes settings as STRUCT(value AS name), got {argument.text}"
        )
    settings: dict[str, OptionValue] = {}
    for key, value in zip(struct.names, struct.values, strict=True):
        if key is None:
            raise InvalidQueryError(f"{name}: every setting needs a name, STRUCT(value AS name)")
        settings[key.lower()] = value
    return settings
