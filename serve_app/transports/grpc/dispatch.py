"""Hands gRPC calls to the protocols that answer them, whoever carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from serve_app.protocols.rpc import Metadata, RpcProtocol, RpcReply, RpcRequest


class RpcDispatch:
    """All methods of all services.

    Args:
        metadata: Trailing metadata of every reply, errors included.
    """

    def __init__(self, protocols: Mapping[str, RpcProtocol], metadata: Metadata = ()) -> None:
        self._protocols = protocols
        self._metadata = metadata

    async def answer(self, method: str, request: RpcRequest) -> RpcReply:
        reply = await self._protocols[method].answer(method, request)
        return replace(reply, metadata=reply.metadata + self._metadata) if self._metadata else reply
