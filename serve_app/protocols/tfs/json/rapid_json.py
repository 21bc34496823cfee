"""A byte-exact reader of RapidJSON's dialect (flags NanAndInf, StopWhenDone; RapidJSON 1.1.0).

Used for the bodies that the standard library's parser refuses or reads differently: it finds the
error text and offset that TensorFlow Serving reports, reads `Inf` and invalid UTF-8, and does not
recurse, so depth is bounded by memory alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NoReturn

from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.json.parse_error import parse_error
from serve_app.protocols.tfs.json.rapid_number import read_number

_BOM = re.compile(rb"\xef?\xbb?\xbf?")  # RapidJSON skips each of its bytes by itself
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
_SPACE = re.compile(rb"[ \t\n\r]*")
_LITERALS = {b"n": (b"null", None), b"t": (b"true", True), b"f": (b"false", False)}
_NO_VALUE = frozenset({b"", b"\0", b"]", b"}", b",", b":"})
_ESCAPES = {
    b'"': '"', b"\\": "\\", b"/": "/", b"b": "\b", b"f": "\f", b"n": "\n", b"r": "\r", b"t": "\t",
}  # fmt: skip


class Members(dict[str, Any]):
    """An object with a duplicate key: the first one counts, `pairs` keeps them all."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(reversed(pairs))
        self.pairs = pairs


def pairs(members: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """Returns all keys and values in the order of the text, duplicates included."""
    return members.pairs if isinstance(members, Members) else members.items()


def parse(body: bytes) -> Any:  # noqa: ANN401 - a JSON value
    """Returns the first JSON value in `body`.

    Raises:
        InvalidArgumentError: `JSON Parse error: <RapidJSON text> at offset: N`.
    """
    if not body:
        raise InvalidArgumentError("JSON Parse error: The document is empty")
    return _Reader(body).document()


class _Container:
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
        bom = _BOM.match(self._body)
        assert bom is not None
        self._at = bom.end()
        self._skip_space()
        if self._peek() in _NO_VALUE:
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
        first = self._peek()
        if first == b'"':
            return self._string()
        if first in _LITERALS:
            return self._literal(*_LITERALS[first])
        value, self._at = read_number(self._body, self._at)
        return value

    def _literal(self, word: bytes, value: object) -> object:
        for letter in word:
            if self._peek() != bytes([letter]):
                self._fail("Invalid value.")
            self._at += 1
        return value

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
                self._fail("Invalid escape character in string.")  # a raw control character

    def _escape(self) -> str:
        backslash, letter = self._at, self._body[self._at + 1 : self._at + 2]
        self._at += 2
        if letter in _ESCAPES:
            return _ESCAPES[letter]
        if letter != b"u":
            self._at = backslash
            self._fail("Invalid escape character in string.")
        code = self._hex4(backslash)
        if not 0xD800 <= code <= 0xDBFF:
            # A lone low surrogate passes, as the three bytes that would encode it.
            return chr(code).encode(errors="surrogatepass").decode(errors="surrogateescape")
        if self._body[self._at : self._at + 2] != b"\\u":
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
        raise parse_error(text, self._at)
