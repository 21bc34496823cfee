"""The header that names the replica."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from serve_app.transports.http.named import named


def sent(kind: str) -> list[dict[str, Any]]:
    """Returns what an application sends whose name is put into its answers."""
    messages: list[dict[str, Any]] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/html")]
        await send({"type": f"{kind}.response.start", "status": 404, "headers": headers})
        await send({"type": f"{kind}.response.body", "body": b"no"})

    async def keep(message: Any) -> None:
        messages.append(message)

    async def nothing() -> Any:
        raise AssertionError

    asyncio.run(named(app, "X-Replica", "r1")({"type": kind}, nothing, keep))  # type: ignore[arg-type]
    return messages


@pytest.mark.parametrize("kind", ["http", "websocket.http"])
def test_every_answer_names_the_replica(kind: str) -> None:
    """Beside its own headers, which stay as they are; the body too."""
    start, body = sent(kind)
    assert start["headers"] == [(b"content-type", b"text/html"), (b"x-replica", b"r1")]
    assert (start["status"], body["body"]) == (404, b"no")
