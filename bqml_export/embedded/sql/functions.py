"""Calls of ML.<function>(MODEL m, ...) inside a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bqml_export.embedded.ml.options import OptionValue, StructValue
from bqml_export.embedded.sql.constant_arrays import constant_array
from bqml_export.embedded.sql.options import parse_value
from bqml_export.embedded.sql.reference import ModelPath, parse_model_path
from bqml_export.embedded.sql.tokens import Token, closing, split, tokenize, words
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ARRAYS = ("GENERATE_ARRAY", "ARRAY", "[")


@dataclass(frozen=True, slots=True)
class FunctionUse:
    """One outermost ML call; `sql[start:end]` is its text.

    `query` is the data argument as a query (`TABLE t` becomes `SELECT * FROM t`), or None;
    `thresholds` are the array argument of ML.ROC_CURVE.
    """

    function: str
    path: ModelPath
    start: int
    end: int
    query: str | None
    settings: Mapping[str, OptionValue]
    thresholds: tuple[float, ...] | None = None


def find_functions(sql: str) -> tuple[FunctionUse, ...]:
    """Returns the outermost ML calls of `sql` in order; calls in their arguments stay inside.

    Raises:
        InvalidQueryError: An argument has a form that BigQuery ML does not know.
    """
    tokens = tokenize(sql)
    found: list[FunctionUse] = []
    index = 0
    while index < len(tokens):
        if _is_call(tokens, index):
            end = closing(tokens, index + 3)
            found.append(_function(sql, tokens, index, end))
            index = end
        index += 1
    return tuple(found)


def uses_models(tokens: Sequence[Token]) -> bool:
    """Returns whether any ML call is among the tokens."""
    return any(_is_call(tokens, index) for index in range(len(tokens)))


def _is_call(tokens: Sequence[Token], index: int) -> bool:
    five = words(tokens, index, 5)
    if len(five) < 5 or five[0] not in ("ML", "AI") or five[1] != ".":
        return False
    return five[3:] == ("(", "MODEL")


def _function(sql: str, tokens: Sequence[Token], index: int, end: int) -> FunctionUse:
    name = f"{tokens[index].word}.{tokens[index + 2].word}"
    arguments = split(tokens[index + 4 : end], ",")
    path = parse_model_path(_text(sql, arguments[0][1:]))
    query: str | None = None
    thresholds: tuple[float, ...] | None = None
    settings: Mapping[str, OptionValue] = {}
    for argument in arguments[1:]:
        if argument[0].word == "STRUCT":
            settings = _settings(name, _text(sql, argument))
        elif name == "ML.ROC_CURVE" and argument[0].word in _ARRAYS:
            thresholds = constant_array(_text(sql, argument))
        elif query is None:
            query = _data(name, sql, argument)
        else:
            raise InvalidQueryError(f"{name} takes one table or query, got {_text(sql, argument)}")
    return FunctionUse(
        name, path, tokens[index].start, tokens[end].end, query, settings, thresholds
    )


def _data(name: str, sql: str, argument: Sequence[Token]) -> str:
    if argument[0].word == "TABLE" and len(argument) > 1:
        return f"SELECT * FROM {_text(sql, argument[1:])}"  # noqa: S608 - the user's own SQL
    if argument[0].word == "(" and argument[-1].word == ")":
        return _text(sql, argument[1:-1])
    if len(argument) > 1 and argument[1].word == "=>":
        raise NotSupportedError(f"{name}: named arguments (name => value) are not supported")
    raise InvalidQueryError(
        f"{name} takes (query) or TABLE name as data, got {_text(sql, argument)}"
    )


def _settings(name: str, text: str) -> Mapping[str, OptionValue]:
    struct = parse_value(text)
    if not isinstance(struct, StructValue):
        raise InvalidQueryError(f"{name} takes settings as STRUCT(value AS name), got {text}")
    settings: dict[str, OptionValue] = {}
    for key, value in zip(struct.names, struct.values, strict=True):
        if key is None:
            raise InvalidQueryError(f"{name}: every setting needs a name, STRUCT(value AS name)")
        settings[key.lower()] = value
    return settings


def _text(sql: str, tokens: Sequence[Token]) -> str:
    if not tokens:
        raise InvalidQueryError("Syntax error: an argument is missing")
    return sql[tokens[0].start : tokens[-1].end]
