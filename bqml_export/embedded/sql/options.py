"""The value side of OPTIONS(name = value, ...) and STRUCT(value AS name, ...)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from bqml_export.embedded.ml.option_values import (
    FunctionCall,
    OptionValue,
    SqlExpression,
    StructValue,
)
from bqml_export.embedded.sql.tokens import Token, split
from bqml_export.errors import InvalidQueryError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def parse_option_list(
    sql: str, tokens: Sequence[Token], expressions: Collection[str] = ()
) -> dict[str, OptionValue]:
    """Returns the options between the parentheses of OPTIONS(...), names in lower case.

    The options named in `expressions` are kept as the SQL that was written.

    Raises:
        InvalidQueryError: An entry is not `name = constant`, or a name is given twice.
    """
    options: dict[str, OptionValue] = {}
    for entry in split(tokens, ","):
        name, text = _entry(sql, entry)
        if name in options:
            raise InvalidQueryError(f"Duplicate option specified for '{name}'")
        options[name] = SqlExpression(text) if name in expressions else parse_value(text)
    return options


def _entry(sql: str, entry: Sequence[Token]) -> tuple[str, str]:
    text = sql[entry[0].start : entry[-1].end]
    if len(entry) < 3 or entry[1].word != "=":
        raise InvalidQueryError(f"Syntax error in OPTIONS: expected name = value, got {text}")
    name = sql[entry[0].start : entry[0].end].strip("`").lower()
    return name, sql[entry[2].start : entry[-1].end]


def parse_value(text: str) -> OptionValue:
    """Returns the constant that `text` writes.

    Raises:
        InvalidQueryError: It is not a constant.
    """
    try:
        tree = sqlglot.parse_one(f"SELECT {text}", dialect="bigquery")
    except SqlglotError as exc:
        raise InvalidQueryError(f"Syntax error in the value {text}") from exc
    if len(tree.expressions) != 1:
        raise InvalidQueryError(f"Syntax error in the value {text}")
    return _value(tree.expressions[0])


def _value(node: exp.Expression) -> OptionValue:
    if isinstance(node, exp.Literal):
        return str(node.this) if node.is_string else _number(str(node.this))
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Paren):
        return _value(node.this)
    if isinstance(node, exp.Neg):
        return _negative(node)
    return _composite(node)


def _negative(node: exp.Neg) -> OptionValue:
    value = _value(node.this)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidQueryError(f"{node.sql('bigquery')} is not a number")
    return -value


def _composite(node: exp.Expression) -> OptionValue:
    if isinstance(node, exp.Array):
        return [_value(item) for item in node.expressions]
    if isinstance(node, exp.Tuple | exp.Struct):
        return _struct(node.expressions)
    if isinstance(node, exp.Anonymous):
        return FunctionCall(
            str(node.this).upper(), tuple(_value(item) for item in node.expressions)
        )
    raise InvalidQueryError(f"{node.sql('bigquery')} is not a constant; OPTIONS takes constants")


def _struct(items: list[exp.Expression]) -> StructValue:
    names: list[str | None] = []
    values: list[OptionValue] = []
    for item in items:
        if isinstance(item, exp.Alias):
            names.append(item.alias)
            values.append(_value(item.this))
        elif isinstance(item, exp.PropertyEQ):
            names.append(item.name)
            values.append(_value(item.expression))
        else:
            names.append(None)
            values.append(_value(item))
    return StructValue(tuple(names), tuple(values))


def _number(text: str) -> int | float:
    return float(text) if any(mark in text.lower() for mark in ".e") else int(text, 0)
