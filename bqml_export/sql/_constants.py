"""Constants: the value side of OPTIONS(name = value, ...), and the arguments of functions."""

from __future__ import annotations

import math
from collections.abc import Collection

from sqlglot import exp
from sqlglot.errors import SqlglotError

from bqml_export.errors import InvalidQueryError
from bqml_export.sql.tokens import Sql, joined, read_sql
from bqml_export.sql.values import FunctionCall, OptionValue, SqlExpression, StructValue

_SELECT = read_sql("SELECT")
_MOST_ELEMENTS = 100_000


def read_options(sql: Sql, expressions: Collection[str] = ()) -> dict[str, OptionValue]:
    """Returns the options between the parentheses of OPTIONS(...), names in lower case.

    Those named in `expressions` are kept as the SQL that was written. None may be given twice.
    """
    options: dict[str, OptionValue] = {}
    for entry in sql.split(","):
        if len(entry) < 3 or entry[1].word != "=":
            raise InvalidQueryError(
                f"Syntax error in OPTIONS: expected name = value, got {entry.text}"
            )
        name, value = entry[0].name.lower(), entry[2:]
        if name in options:
            raise InvalidQueryError(f"Duplicate option specified for '{name}'")
        is_sql = name in expressions
        options[name] = SqlExpression(value.text) if is_sql else read_constant(value)
    return options


def read_constant(sql: Sql) -> OptionValue:
    if len(sql) == 1 and sql[0].literal and len(sql[0].parsed) > 1:
        raise _no_constant(sql.text)
    try:
        (tree,) = joined([_SELECT, sql], " ").trees()
    except (SqlglotError, ValueError) as exc:
        raise InvalidQueryError(f"Syntax error in the value {sql.text}") from exc
    if tree is None or len(tree.expressions) != 1:
        raise InvalidQueryError(f"Syntax error in the value {sql.text}")
    return _value(tree.expressions[0])


def _no_constant(text: str) -> InvalidQueryError:
    return InvalidQueryError(f"{text} is not a constant; OPTIONS takes constants")


def _value(node: exp.Expr) -> OptionValue:
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


def _composite(node: exp.Expr) -> OptionValue:
    if isinstance(node, exp.Array):
        return [_value(item) for item in node.expressions]
    if isinstance(node, exp.Tuple | exp.Struct):
        return _struct(node.expressions)
    if isinstance(node, exp.Anonymous):
        return FunctionCall(
            str(node.this).upper(), tuple(_value(item) for item in node.expressions)
        )
    raise _no_constant(node.sql("bigquery"))


def _struct(items: list[exp.Expr]) -> StructValue:
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


def read_numbers(sql: Sql) -> tuple[float, ...]:
    """Returns the numbers of [0.1, 0.2] or GENERATE_ARRAY(0, 1, 0.1)."""
    if sql.words(0, 2) == ("GENERATE_ARRAY", "("):
        return _series([_checked(read_constant(bound)) for bound in sql[2:-1].split(",")])
    values = read_constant(sql)
    if not isinstance(values, list):
        raise InvalidQueryError(f"{sql.text} is not an array of numbers")
    return tuple(_checked(value) for value in values)


def _checked(value: OptionValue) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidQueryError(f"{value!r} is not a number")
    return float(value)


def _series(bounds: list[float]) -> tuple[float, ...]:
    if not 2 <= len(bounds) <= 3:
        raise InvalidQueryError("GENERATE_ARRAY takes a start, an end and a step")
    start, end, step = (*bounds, 1.0)[:3]
    if step == 0:
        raise InvalidQueryError("Sequence step cannot be 0")
    # A tiny share of a step keeps the end that rounding would lose: (0.6 - 0.4) / 0.1 < 2.
    count = math.floor((end - start) / step + 1e-9) + 1
    if count > _MOST_ELEMENTS:
        raise InvalidQueryError(f"GENERATE_ARRAY has more than {_MOST_ELEMENTS} elements")
    return tuple(start + i * step for i in range(max(count, 0)))
