"""The services as a gRPC server sees them: method names, and bytes in and out.

Loads neither the messages nor TensorFlow, for a server that only passes calls on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import grpc

from serve_app.protocols.rpc import RpcRequest
from serve_app.protocols.services import SERVICES, WATCH

_NO_WATCH = "Health.Watch is not supported; poll Check"

ServicerContext: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Behaviour: TypeAlias = Callable[[RpcRequest, ServicerContext], Awaitable[bytes]]
BytesBehaviour: TypeAlias = Callable[[bytes, ServicerContext], Awaitable[bytes]]

_direct: dict[str, BytesBehaviour] = {}


class RpcHandlers(grpc.GenericRpcHandler):  # type: ignore[misc]  # untyped
    """Finds the behaviour of a method and hands it bytes with what is left of the deadline."""

    def __init__(self, behaviour: Callable[[str], Behaviour]) -> None:
        # Ray Serve reads the names in this attribute of grpc's own handlers, and puts its own
        # behaviour in the place of ours.
        self._method_handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            f"/{service}/{method}": grpc.unary_unary_rpc_method_handler(behaviour(method))
            for service, methods in SERVICES.items()
            for method in methods
        }

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Returns the handler of one call, None for a method that is not ours."""
        method: str = handler_call_details.method
        if method == WATCH:
            return grpc.unary_stream_rpc_method_handler(_refuse_watch)
        handler = self._method_handlers.get(method)
        if handler is None:
            return None
        if direct := _direct.get(method.rpartition("/")[2]):
            return grpc.unary_unary_rpc_method_handler(direct)
        return _with_deadline(handler)


def install_direct(behaviours: Mapping[str, BytesBehaviour]) -> None:
    """Lets `behaviours` answer wherever a gRPC server of this process has these handlers.

    Ray Serve puts its own way to the replica behind each method, with its bookkeeping of each call;
    in the replica itself there is a shorter one. One replica is one process.
    """
    _direct.clear()
    _direct.update(behaviours)


def _with_deadline(handler: grpc.RpcMethodHandler[Any, Any]) -> grpc.RpcMethodHandler[Any, Any]:
    """Returns `handler` such that it learns the deadline, which Ray Serve's context does not have.

    What is left travels, not a time of day: proxy and replica may run on two machines.
    """
    behaviour: Behaviour = handler.unary_unary

    async def call(body: bytes, context: ServicerContext) -> bytes:
        return await behaviour(RpcRequest(body, context.time_remaining()), context)

    return grpc.unary_unary_rpc_method_handler(call)


async def _refuse_watch(_body: bytes, context: ServicerContext) -> None:
    # A stream per prober would count as an ongoing request, drive the autoscaler and delay the end
    # of a replica. Health's own protocol tells clients how to go on after this code.
    await context.abort(grpc.StatusCode.UNIMPLEMENTED, _NO_WATCH)
