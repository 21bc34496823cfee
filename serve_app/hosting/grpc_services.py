"""Tells a Ray Serve proxy, or replica, which gRPC methods there are.

Ray Serve imports `add_services` by its name wherever a gRPC server of its own runs; the proxies
among them must not load TensorFlow.
"""

from __future__ import annotations

import grpc

from serve_app.errors import InternalError
from serve_app.protocols.rpc import RpcRequest
from serve_app.transports.grpc.handlers import Behaviour, RpcHandlers, ServicerContext


def add_services(_servicer: object, server: grpc.aio.Server) -> None:
    """Registers every method; Ray Serve then puts the way to a replica behind each."""
    server.add_generic_rpc_handlers((RpcHandlers(_routed_by_ray),))


def _routed_by_ray(method: str) -> Behaviour:
    async def unreachable(_request: RpcRequest, _context: ServicerContext) -> bytes:
        raise InternalError(f"{method}: Ray Serve did not put its way to a replica here")

    return unreachable
