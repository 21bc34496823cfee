"""A service that does nothing but answer: `python -m loadtest.generator.stub PAGES.json`.

It costs so little that a load test against it shows what the generator can do.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from foundation.json_types import JsonObject

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True, kw_only=True)
class StubPages:
    """What it answers: `metadata` to every GET of a metadata page, `models` to `GET /models`.

    `grpc_answer` to every gRPC Predict, serialized, in base64; empty for no gRPC port.
    """

    metadata: JsonObject
    models: JsonObject
    answer: str
    grpc_answer: str = ""

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> StubPages:
        return cls(**json.loads(path.read_text()))


def http_answer(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"x-replica: stub\r\n\r\n" + body


class _Connection(asyncio.Protocol):
    """Keeps what is not a whole request yet."""

    def __init__(self, pages: StubPages) -> None:
        self._metadata = http_answer(json.dumps(pages.metadata).encode())
        self._models = http_answer(json.dumps(pages.models).encode())
        self._answer = http_answer(pages.answer.encode())
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (head_end := self._received.find(_END)) >= 0:
            head = self._received[:head_end].lower()
            end = head_end + len(_END) + _length(head)
            if len(self._received) < end:
                return
            self._received = self._received[end:]
            self._transport.write(self._page(head))
            if b"connection: close" in head:
                self._transport.close()

    def _page(self, head: bytes) -> bytes:
        if head.startswith(b"post"):
            return self._answer
        return self._models if head.startswith(b"get /models ") else self._metadata


def _length(head: bytes) -> int:
    start = head.find(_LENGTH)
    return int(head[start + len(_LENGTH) :].split(b"\r\n", 1)[0]) if start >= 0 else 0


async def _serve(pages: StubPages) -> None:
    """Prints the ports; ends with stdin."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(pages), "127.0.0.1", 0)
    ports = {"http": server.sockets[0].getsockname()[1], "grpc": 0}
    async with _grpc_server(pages.grpc_answer) as ports["grpc"]:
        sys.stdout.write(json.dumps(ports) + "\n")
        sys.stdout.flush()
        # The parent holds the other end: the stub ends with it, however that happens.
        await loop.run_in_executor(None, sys.stdin.buffer.read)


@asynccontextmanager
async def _grpc_server(answer: str) -> AsyncIterator[int]:
    """Yields its port, 0 where there is no server to be."""
    if not answer:
        yield 0
        return
    import grpc

    body = base64.b64decode(answer)

    async def predict(_request: bytes, context: Any) -> bytes:  # noqa: ANN401 - untyped
        context.set_trailing_metadata((("x-replica", "stub"),))
        return body

    class AnyMethod(grpc.GenericRpcHandler):  # type: ignore[misc]  # untyped
        def service(self, _details: object) -> object:
            return grpc.unary_unary_rpc_method_handler(predict)

    server = grpc.aio.server()
    server.add_generic_rpc_handlers((AnyMethod(),))
    port: int = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)


if __name__ == "__main__":
    asyncio.run(_serve(StubPages.read(Path(sys.argv[1]))))
