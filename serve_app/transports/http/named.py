"""Puts the replica's name into every answer: `http.replica_header`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from serve_app.transports.http.body import Receive

Scope: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


def named(app: AsgiApp, header: str, replica: str) -> AsgiApp:
    """Puts a header into each answer of `app`, errors and pages outside /v1/ included."""
    pair = (header.lower().encode(), replica.encode())

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_named(message: MutableMapping[str, Any]) -> None:
            if message["type"].endswith(".response.start"):
                message["headers"] = [*message["headers"], pair]
            await send(message)

        await app(scope, receive, send_named)

    return answer
