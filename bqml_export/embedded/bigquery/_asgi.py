"""The gateway as an ASGI application."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from bqml_export.embedded.bigquery.protocol.wire import Request, Response, error_response
from bqml_export.errors import InvalidQueryError

_THREADS = 32

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


class AsgiApplication:
    """Runs each request of `handle` on a thread of its own, because handlers wait for jobs."""

    def __init__(self, handle: Callable[[Request], Response]) -> None:
        self._handle = handle
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="bigquery-request")

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await _read_request(scope, receive)
        if isinstance(request, Request):
            loop = asyncio.get_running_loop()
            response = await loop.run_in_executor(self._threads, self._handle, request)
        else:
            response = request
        await _send_response(response, send)


async def _read_request(scope: Message, receive: Receive) -> Request | Response:
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    body = await _read_body(receive)
    if headers.pop("content-encoding", "identity") == "gzip":
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error) as exc:
            return error_response(InvalidQueryError(f"The request body is not gzip: {exc}"))
    query_string = scope["query_string"].decode("latin-1")
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1").partition("?")[0],
        query=dict(parse_qsl(query_string, keep_blank_values=True)),
        headers=headers,
        body=body,
        query_string=query_string,
    )


async def _read_body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _send_response(response: Response, send: Send) -> None:
    headers = [(name.encode(), value.encode()) for name, value in response.headers]
    body = b"" if response.status == 204 else response.body
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
