"""Prints a JSON value as TensorFlow Serving quotes it in error messages."""

from __future__ import annotations

import math
from collections.abc import Iterator

from serve_app.codec.rapid_json import Members

MAX_BYTES = 256
_ESCAPED = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_INDENT = "    "


class _NotPrintable(Exception):  # noqa: N818 - ends the text, is no error
    """RapidJSON's writer stops at a value that JSON cannot express."""


def debug_text(value: object) -> str:
    """Returns the 4-space pretty print with arrays on one line, cut after about 256 bytes.

    The token that passes the limit is still printed. RapidJSON's writer gives up at NaN and
    Infinity, so the text ends there.
    """
    parts: list[str] = []
    size = 0
    try:
        for part in _print(value, 0):
            parts.append(part)
            size += len(part)
            if size >= MAX_BYTES:
                break
    except _NotPrintable:
        pass
    return "".join(parts)


def type_word(value: object) -> str:
    """Returns RapidJSON's name of the value's type: Null, True, False, Object, Array, ..."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, dict):
        return "Object"
    if isinstance(value, list):
        return "Array"
    return "String" if isinstance(value, str) else "Number"


def _print(value: object, level: int) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _print_object(value, level)
    elif isinstance(value, list):
        yield "["
        for index, item in enumerate(value):
            yield ", " if index else ""
            yield from _print(item, level + 1)
        yield "]"
    elif isinstance(value, str):
        yield f'"{_escape(value)}"'
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _NotPrintable
        yield repr(value)
    elif value is None:
        yield "null"
    else:
        yield str(value).lower()  # an integer, or true and false


def _print_object(value: dict[str, object], level: int) -> Iterator[str]:
    pairs = value.pairs if isinstance(value, Members) else list(value.items())
    yield "{"
    for index, (key, item) in enumerate(pairs):
        yield (",\n" if index else "\n") + _INDENT * (level + 1)
        yield f'"{_escape(key)}"'
        yield ": "
        yield from _print(item, level + 1)
    yield ("\n" + _INDENT * level if pairs else "") + "}"


def _escape(text: str) -> str:
    return "".join(
        _ESCAPED.get(c) or (f"\\u{ord(c):04X}" if c < " " else c) for c in text[: MAX_BYTES + 1]
    )
