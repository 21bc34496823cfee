"""What the SQL parser hands over for one value of an OPTIONS(...) list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class StructValue:
    """STRUCT(value AS name, ...); a field without a name has None."""

    names: tuple[str | None, ...]
    values: tuple[OptionValue, ...]


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function in the place of a literal, as in HPARAM_RANGE(0, 1)."""

    name: str
    args: tuple[OptionValue, ...]


@dataclass(frozen=True, slots=True)
class SqlExpression:
    """An expression that only the backend can compute, as in expiration_timestamp."""

    sql: str


OptionValue: TypeAlias = (
    "str | int | float | bool | list[OptionValue] | StructValue | FunctionCall | SqlExpression "
    "| None"
)


def describe_value(value: OptionValue) -> str:
    """Returns `value` as GoogleSQL would write it, for error messages."""
    if isinstance(value, StructValue):
        return f"STRUCT({', '.join(map(describe_value, value.values))})"
    if isinstance(value, FunctionCall):
        return f"{value.name}({', '.join(map(describe_value, value.args))})"
    if isinstance(value, SqlExpression):
        return value.sql
    if isinstance(value, list):
        return f"[{', '.join(map(describe_value, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "NULL", True: "TRUE", False: "FALSE"}[value]
    return repr(value)
