"""Reads the request body: whole, bounded, and inflated if it was sent with gzip."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from serve_app.errors import InvalidArgumentError
from serve_app.protocols.http import DisconnectedError

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_MAX_INFLATED_BYTES = 100 * 1024 * 1024


class BodyTooLargeError(InvalidArgumentError):
    """The body is larger than the setting allows."""

    http_status = 413


async def read_body(receive: Receive, *, gzip: bool, limit_bytes: int) -> bytes:
    """Returns the body of one request.

    Raises:
        BodyTooLargeError: It exceeds `limit_bytes`, as sent or inflated.
        DisconnectedError: The client went away.
    """
    message = await receive()
    if message["type"] == "http.disconnect":
        raise DisconnectedError
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _rest(receive, body, limit_bytes)
    _check_size(len(body), limit_bytes)
    return _inflate(body, limit_bytes) if gzip else body


async def _rest(receive: Receive, first: bytes, limit_bytes: int) -> bytes:
    chunks, size, more = [first], len(first), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        _check_size(size, limit_bytes)
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _check_size(size_bytes: int, limit_bytes: int) -> None:
    if size_bytes > limit_bytes:
        raise BodyTooLargeError(
            f"Request body is larger than {limit_bytes} bytes (replica.max_body_bytes)"
        )


def _inflate(body: bytes, limit_bytes: int) -> bytes:
    """Returns the inflated body.

    As in TensorFlow Serving, one that is damaged, followed by anything, or larger than 100 MiB
    reads as empty.
    """
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        data = inflater.decompress(body, min(limit_bytes, _MAX_INFLATED_BYTES) + 1)
    except zlib.error:
        return b""
    if len(data) > _MAX_INFLATED_BYTES:
        return b""
    _check_size(len(data), limit_bytes)
    return data if inflater.eof and not inflater.unused_data else b""
