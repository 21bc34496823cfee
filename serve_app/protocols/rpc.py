"""The seam between gRPC and the protocols that are spoken over it: bytes and a status.

A protocol brings a table of methods; `protocols/registry.py` lists them. No transport changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from serve_app.errors import OverloadedError, ServeAppError

Services: TypeAlias = Mapping[str, tuple[str, ...]]
"""Service -> methods, all unary. No two services have a method of the same name: Ray Serve's
dispatch goes by the bare name."""
_LIMIT_BYTES = 1024
_CUT = "...TRUNCATED"

Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RpcRequest:
    """A call as it arrived.

    Attributes:
        timeout_s: What the client's deadline leaves; None where it has none.
    """

    body: bytes
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class RpcReply:
    """The answer to a call.

    Attributes:
        body: The serialized response message; empty for an error.
        code: gRPC status code, 0 for OK.
        details: The status' text.
        metadata: Trailing metadata.
    """

    body: bytes = b""
    code: int = 0
    details: str = ""
    metadata: Metadata = ()

    def SerializeToString(self) -> bytes:  # noqa: N802 - a message to Ray Serve, which calls this
        return self.body


class RpcProtocol(Protocol):
    """What is spoken over gRPC."""

    async def answer(self, method: str, request: RpcRequest) -> RpcReply:
        """Returns the reply to one call of `method`, given by its bare name; never raises."""


def error_reply(error: ServeAppError) -> RpcReply:
    """Returns the status for `error`; a text beyond 1024 bytes is cut, as in TensorFlow Serving."""
    metadata: Metadata = ()
    if isinstance(error, OverloadedError):
        # gRPC's own Retry-After: clients with a retry policy obey it.
        metadata = (("grpc-retry-pushback-ms", str(error.retry_after_s * 1000)),)
    return RpcReply(code=error.grpc_code, details=_cut(error.message), metadata=metadata)


def _cut(text: str) -> str:
    data = text.encode(errors="replace")
    if len(data) <= _LIMIT_BYTES:
        return data.decode()
    return data[:_LIMIT_BYTES].decode(errors="ignore") + _CUT
