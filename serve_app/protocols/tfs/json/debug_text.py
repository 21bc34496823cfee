"""Prints a JSON value as TensorFlow Serving quotes it in error messages."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from serve_app.protocols.tfs.json.double_text import double_text
from serve_app.protocols.tfs.json.rapid_json import pairs

MAX_BYTES = 256
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_TO_ESCAPE = re.compile(r'["\\\x00-\x1f]')
_INDENT = "    "
_NOT_A_NUMBER_OF_JSON = ""


def debug_text(value: object) -> str:
    """Returns the 4-space pretty print with arrays on one line, cut after about 256 bytes.

    The token that passes the limit is still printed whole. RapidJSON's writer gives up at NaN and
    Infinity, so the text ends there.
    """
    text = bytearray()
    for separator, token in _tokens(value, "", 0):
        if len(text) >= MAX_BYTES:
            break
        text += (separator + token).encode(errors="surrogateescape")
        if token == _NOT_A_NUMBER_OF_JSON:
            break
    return text.decode(errors="surrogateescape")


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


def _tokens(value: object, separator: str, level: int) -> Iterator[tuple[str, str]]:
    """Yields each token after the separator that stands before it."""
    if isinstance(value, dict):
        yield separator, "{"
        yield from _members(value, level + 1)
        yield ("\n" + _INDENT * level if value else ""), "}"
    elif isinstance(value, list):
        yield separator, "["
        for index, item in enumerate(value):
            yield from _tokens(item, ", " if index else "", level + 1)
        yield "", "]"
    else:
        yield separator, _scalar(value)


def _members(value: dict[str, object], level: int) -> Iterator[tuple[str, str]]:
    for index, (key, item) in enumerate(pairs(value)):
        yield (",\n" if index else "\n") + _INDENT * level, _quoted(key)
        yield from _tokens(item, ": ", level)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float):
        return double_text(value) if math.isfinite(value) else _NOT_A_NUMBER_OF_JSON
    return "null" if value is None else str(value).lower()  # an integer, or true and false


def _quoted(text: str) -> str:
    escaped = _TO_ESCAPE.sub(lambda c: _ESCAPES.get(c[0]) or f"\\u{ord(c[0]):04X}", text)
    return f'"{escaped}"'
