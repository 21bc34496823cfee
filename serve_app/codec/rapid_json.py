"""A byte-exact reader of RapidJSON's dialect (flags NanAndInf, StopWhenDone; RapidJSON 1.1.0).

Used for the bodies that the standard library's parser refuses or reads differently: it finds the
error text and offset that TensorFlow Serving reports, reads `Inf` and invalid UTF-8, and does not
recurse, so depth is bounded by memory alone.
"""

from __future__ import annotations

import math
import re
from typing import Any, NoReturn

from serve_app.errors import InvalidArgumentError

_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)")
_FRACTION = re.compile(rb"\.([0-9]*)")
_EXPONENT = re.compile(rb"[eE][+-]?([0-9]*)")
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
_SPACE = re.compile(rb"[ \t\n\r]*")
_SPECIAL = re.compile(rb"-?(?:NaN|Infinity|Inf)")
_LITERALS = ((b"null", None), (b"true", True), (b"false", False))
_ESCAPES = {
    b'"': '"', b"\\": "\\", b"/": "/", b"b": "\b", b"f": "\f", b"n": "\n", b"r": "\r", b"t": "\t",
}  # fmt: skip


class Members(dict[str, Any]):
    """An object with a duplicate key: the first one counts, `pairs` keeps them all."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(reversed(pairs))
        self.pairs = pairs


def parse(body: bytes) -> Any:  # noqa: ANN401 - a JSON value
    """Returns the first JSON value in `body`.

    Raises:
        InvalidArgumentError: `JSON Parse error: <RapidJSON text> at offset: N`.
    """
    if not body:
        raise InvalidArgumentError("JSON Parse error: The document is empty")
    return _Reader(body).document()


class _Container:
    """An array or object that is still being read."""

    __slots__ = ("items", "key", "pairs")

    def __init__(self, *, is_object: bool) -> None:
        self.items: list[Any] = []
        self.pairs: list[tuple[str, Any]] | None = [] if is_object else None
        self.key = ""

    def add(self, value: object) -> None:
        if self.pairs is None:
            self.items.append(value)
        else:
            self.pairs.append((self.key, value))

    def value(self) -> object:
        if self.pairs is None:
            return self.items
        members = dict(self.pairs)
        return members if len(members) == len(self.pairs) else Members(self.pairs)


class _Reader:
    """Reads one document from left to right, with an explicit stack in place of recursion."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def document(self) -> object:
        self._skip_space()
        if self._at >= len(self._body):
            self._fail("The document is empty.")
        stack: list[_Container] = []
        while True:
            if self._peek() in (b"{", b"["):
                container = self._open()
                if not self._close_if_empty(container):
                    stack.append(container)
                    continue
                value = container.value()
            else:
                value = self._scalar()
            while stack:
                stack[-1].add(value)
                if self._next_item(stack[-1]):
                    break
                value = stack.pop().value()
            else:
                return value

    def _open(self) -> _Container:
        container = _Container(is_object=self._take() == b"{")
        self._skip_space()
        return container

    def _close_if_empty(self, container: _Container) -> bool:
        is_object = container.pairs is not None
        if self._peek() == (b"}" if is_object else b"]"):
            self._at += 1
            return True
        if is_object:
            self._read_key(container)
        return False

    def _next_item(self, container: _Container) -> bool:
        """Moves to the container's next value, or past its closing bracket (then False)."""
        self._skip_space()
        is_object = container.pairs is not None
        if self._peek() == b",":
            self._at += 1
            self._skip_space()
            if is_object:
                self._read_key(container)
            return True
        if self._peek() == (b"}" if is_object else b"]"):
            self._at += 1
            return False
        where = "'}' after an object member" if is_object else "']' after an array element"
        self._fail(f"Missing a comma or {where}.")

    def _read_key(self, container: _Container) -> None:
        if self._peek() != b'"':
            self._fail("Missing a name for object member.")
        container.key = self._string()
        self._skip_space()
        if self._peek() != b":":
            self._fail("Missing a colon after a name of object member.")
        self._at += 1
        self._skip_space()

    def _scalar(self) -> object:
        if self._peek() == b'"':
            return self._string()
        for word, value in _LITERALS:
            if self._body.startswith(word, self._at):
                self._at += len(word)
                return value
        if special := _SPECIAL.match(self._body, self._at):
            self._at = special.end()
            return float(special.group().decode().replace("Infinity", "inf"))
        return self._number()

    def _number(self) -> int | float:
        start = self._at
        whole = _NUMBER.match(self._body, start)
        if whole is None:
            # RapidJSON has consumed the minus sign, or the letters that began like a literal.
            self._at += self._peek() == b"-"
            self._at += self._letters_read_of_a_literal()
            self._fail("Invalid value.")
        self._at = whole.end()
        is_double = self._digits_after(_FRACTION, "Miss fraction part in number.")
        is_double |= self._digits_after(_EXPONENT, "Miss exponent in number.")
        text = self._body[start : self._at]
        if not is_double and len(text) <= 20 and -(2**63) <= int(text) < 2**64:
            return int(text)
        value = float(text)
        if math.isinf(value):
            self._at = start
            self._fail("Number too big to be stored in double.")
        return value

    def _letters_read_of_a_literal(self) -> int:
        rest = self._body[self._at : self._at + 5]
        for word, _ in _LITERALS:
            if rest[:1] == word[:1]:
                return next(i for i in range(1, 6) if rest[i : i + 1] != word[i : i + 1])
        return 0

    def _digits_after(self, pattern: re.Pattern[bytes], complaint: str) -> bool:
        part = pattern.match(self._body, self._at)
        if part is None:
            return False
        self._at = part.end()
        if not part.group(1):
            self._fail(complaint)
        return True

    def _string(self) -> str:
        self._at += 1
        parts: list[str] = []
        while True:
            plain = _PLAIN.match(self._body, self._at)
            assert plain is not None
            parts.append(plain.group().decode(errors="surrogateescape"))
            self._at = plain.end()
            if self._peek() == b'"':
                self._at += 1
                return "".join(parts)
            if self._peek() == b"\\":
                parts.append(self._escape())
            elif self._at >= len(self._body) or self._peek() == b"\0":
                self._fail("Missing a closing quotation mark in string.")
            else:
                self._fail("Invalid encoding in string.")

    def _escape(self) -> str:
        backslash, letter = self._at, self._body[self._at + 1 : self._at + 2]
        self._at += 2
        if letter in _ESCAPES:
            return _ESCAPES[letter]
        if letter != b"u":
            self._at = backslash
            self._fail("Invalid escape character in string.")
        code = self._hex4(backslash)
        if not 0xD800 <= code <= 0xDFFF:
            return chr(code)
        if code > 0xDBFF or self._body[self._at : self._at + 2] != b"\\u":
            self._at = backslash
            self._fail("The surrogate pair in string is invalid.")
        self._at += 2
        low = self._hex4(backslash)
        if not 0xDC00 <= low <= 0xDFFF:
            self._at = backslash
            self._fail("The surrogate pair in string is invalid.")
        return chr(0x10000 + ((code - 0xD800) << 10) + low - 0xDC00)

    def _hex4(self, backslash: int) -> int:
        digits = self._body[self._at : self._at + 4]
        if not re.fullmatch(rb"[0-9a-fA-F]{4}", digits):
            self._at = backslash
            self._fail("Incorrect hex digit after \\u escape in string.")
        self._at += 4
        return int(digits, 16)

    def _skip_space(self) -> None:
        space = _SPACE.match(self._body, self._at)
        assert space is not None
        self._at = space.end()

    def _peek(self) -> bytes:
        return self._body[self._at : self._at + 1]

    def _take(self) -> bytes:
        self._at += 1
        return self._body[self._at - 1 : self._at]

    def _fail(self, text: str) -> NoReturn:
        raise InvalidArgumentError(f"JSON Parse error: {text} at offset: {self._at}")
