"""Values as GoogleSQL literals, and the constants among a function's arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.embedded.sql.options import parse_value
from bqml_export.errors import InvalidQueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bqml_export.embedded.ml.options import OptionValue


def float_literal(value: float) -> str:
    """Returns exactly that FLOAT64: a decimal literal would be a NUMERIC in the backend."""
    return f"CAST('{value!r}' AS FLOAT64)"


def string_literal(text: str) -> str:
    """Returns a STRING literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + escaped.replace("\n", "\\n").replace("\r", "\\r") + "'"


def check_count(name: str, arguments: Sequence[str], least: int, most: int) -> None:
    """Raises InvalidQueryError unless there are `least` to `most` arguments."""
    if not least <= len(arguments) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise InvalidQueryError(f"ML.{name} takes {wanted} arguments, but got {len(arguments)}")


def integer(name: str, what: str, text: str, lowest: int, highest: int) -> int:
    """Returns an INT64 constant within its bounds."""
    value = parse_value(text)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise InvalidQueryError(
            f"ML.{name}: {what} must be an INT64 from {lowest} to {highest}, got {text}"
        )
    return value


def boolean(name: str, what: str, text: str) -> bool:
    """Returns a BOOL constant."""
    value = parse_value(text)
    if not isinstance(value, bool):
        raise InvalidQueryError(f"ML.{name}: {what} must be TRUE or FALSE, got {text}")
    return value


def one_of(name: str, what: str, text: str, choices: Sequence[str]) -> str:
    """Returns a STRING constant that is one of `choices`."""
    value = parse_value(text)
    if not isinstance(value, str) or value.lower() not in choices:
        raise InvalidQueryError(f"ML.{name}: {what} must be one of {', '.join(choices)}")
    return value.lower()


def numbers(name: str, what: str, text: str) -> list[float]:
    """Returns an ARRAY of numeric constants."""
    value = parse_value(text)
    items: list[OptionValue] = value if isinstance(value, list) else [None]
    result = [
        float(item)
        for item in items
        if isinstance(item, int | float) and not isinstance(item, bool)
    ]
    if len(result) < len(items):
        raise InvalidQueryError(f"ML.{name}: {what} must be an ARRAY of numbers, got {text}")
    return result
