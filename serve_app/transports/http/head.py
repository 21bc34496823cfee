"""Reads the head of a request: whether the fast path is open to it, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httptools

from serve_app.protocols.http import FastPath, HttpProtocol

HEAD_END = b"\r\n\r\n"
REQUEST_ID = b"x-request-id"
_LARGEST_BODY_BYTES = 1024 * 1024
_MOST_HEADS = 2048
_LARGEST_HEAD_BYTES = 8192
# Headers that ask for something which only the ordinary way does.
_ORDINARY = frozenset(
    {
        b"transfer-encoding",
        b"expect",
        b"upgrade",
        b"x-request-timeout-seconds",
        b"serve_multiplexed_model_id",
        b"serve-multiplexed-model-id",
    }
)
_TRACED = frozenset({b"traceparent", b"tracestate"})


@dataclass(frozen=True, slots=True)
class Head:
    """A plain request whose body is of a known length.

    Attributes:
        body_bytes: Content-Length.
        request_id: As sent; empty where there is none.
    """

    way: FastPath
    body_bytes: int
    request_id: bytes


class Heads:
    """Heads by their bytes: on a connection that is kept alive they repeat.

    A head is read once, by the parser of the ordinary way; the same bytes mean the same again.

    Args:
        protocols: Who may have a fast path to a target; the first one that has decides.
        max_body_bytes: Larger bodies are left to the ordinary way, and its error.
        traced: Whether Ray Serve traces requests: then it must see those that carry a trace.
    """

    def __init__(
        self, protocols: Sequence[HttpProtocol], max_body_bytes: int, *, traced: bool = False
    ) -> None:
        self._protocols = protocols
        self._most_bytes = min(max_body_bytes, _LARGEST_BODY_BYTES)
        self._ordinary = _ORDINARY | _TRACED if traced else _ORDINARY
        self._known: dict[bytes, Head | None] = {}

    def read(self, head: bytes) -> Head | None:
        """What the bytes before the empty line ask; None where the ordinary way must see it."""
        try:
            return self._known[head]
        except KeyError:
            if len(head) > _LARGEST_HEAD_BYTES:
                return None
            if len(self._known) >= _MOST_HEADS:
                self._known.clear()
            found = self._known[head] = self._read(head)
            return found

    def _read(self, head: bytes) -> Head | None:
        reader = _Reader()
        parser = httptools.HttpRequestParser(reader)
        try:
            parser.feed_data(head + HEAD_END)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return None
        is_usual = reader.is_complete and not reader.has_body and parser.get_http_version() == "1.1"
        if not is_usual or parser.get_method() != b"POST" or not parser.should_keep_alive():
            return None
        length = reader.headers.get(b"content-length", b"")
        if self._ordinary & reader.headers.keys() or not length.isdigit():
            return None
        if reader.headers.get(b"content-encoding", b"identity") != b"identity":
            return None
        return self._target(reader, int(length))

    def _target(self, reader: _Reader, body_bytes: int) -> Head | None:
        if not 0 < body_bytes <= self._most_bytes:
            return None
        target = reader.url.decode("latin-1")
        ways = (protocol.fast_path(target) for protocol in self._protocols)
        way = next((way for way in ways if way is not None), None)
        if way is None:
            return None
        return Head(way, body_bytes, reader.headers.get(REQUEST_ID, b""))


class _Reader:
    def __init__(self) -> None:
        self.url = b""
        self.headers: dict[bytes, bytes] = {}
        self.is_complete = False
        self.has_body = False

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        self.is_complete = True

    def on_body(self, _body: bytes) -> None:
        self.has_body = True  # the parser sees the end of the head elsewhere than we do
