"""Protocols over HTTP as one plain ASGI application.

It runs under Ray Serve's ingress and equally on a listener of its own; it knows of neither.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from serve_app.protocols.http import Answer, DisconnectedError, HttpProtocol
from serve_app.transports.http.body import Receive, read_body

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class HttpApp:
    """Hands each request to the first protocol that owns it.

    Args:
        protocols: The last one owns everything.
    """

    def __init__(self, protocols: Sequence[HttpProtocol], max_body_bytes: int) -> None:
        self.protocols = tuple(protocols)
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            # TensorFlow Serving does not know of upgrades: it answers the GET that asks for one.
            answer = await self._answer({**scope, "method": "GET"}, receive)
            await _send(answer, send, kind="websocket.http.response")
        elif scope["type"] == "http":
            try:
                answer = await self._answer(scope, receive)
            except DisconnectedError:
                return
            await _send(answer, send, with_body=scope["method"] != "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        request = AsgiRequest(scope, receive, self._max_body_bytes)
        owner = next(protocol for protocol in self.protocols if protocol.owns(request))
        return await owner.answer(request)


class AsgiRequest:
    """A request that comes through ASGI."""

    def __init__(self, scope: Scope, receive: Receive, max_body_bytes: int) -> None:
        self.method: str = scope["method"]
        self.path = raw_path(scope)
        self.query: str = scope["query_string"].decode("latin-1")
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self._receive = receive
        self._max_body_bytes = max_body_bytes

    def header(self, name: bytes) -> bytes:
        return next((value for key, value in self._headers if key == name), b"")

    async def body(self, *, gzip: bool = False) -> bytes:
        return await read_body(self._receive, gzip=gzip, limit_bytes=self._max_body_bytes)


def raw_path(scope: Scope) -> str:
    """Returns the path as it was sent; a decoded one cannot tell `%2F` from `/`."""
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        path: str = scope["path"]
        return path
    return raw.partition(b"?")[0].decode("latin-1")


async def _send(
    answer: Answer, send: Send, *, with_body: bool = True, kind: str = "http.response"
) -> None:
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": f"{kind}.start", "status": answer.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": answer.body if with_body else b""})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
