"""The floor: an ASGI application that reads a body and answers a fixed one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

ANSWER = (
    b'{"predictions":[{"predicted_species":["virginica"],"species_probs":[0.7961963390772876,'
    b'0.20341773386703174,0.00038592705568051504],"species_values":["virginica","versicolor",'
    b'"setosa"]}]}'
)


class Echo:
    """Answers each request alike. Not a function: Ray Serve would take that for a factory."""

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answers one request; there is no model."""
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(ANSWER)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": ANSWER})


echo = Echo()
