"""The gRPC methods of a deployment, under the bare names by which Ray Serve calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc

from serve_app.protocols.rpc import RpcReply, RpcRequest
from serve_app.protocols.services import SERVICES

if TYPE_CHECKING:
    from ray.serve.grpc_util import RayServegRPCContext

    from serve_app.transports.grpc.dispatch import RpcDispatch

CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


class GrpcIngress:
    """Hands calls to the protocols and their status to Ray Serve's context.

    It has a method for each method of each service. An error is a reply, not an exception: Ray
    Serve would log a stack trace for each wrong request.
    """

    rpc: RpcDispatch


def _method(name: str) -> Any:  # noqa: ANN401 - a method that only Ray Serve calls
    async def answer(
        self: GrpcIngress, request: RpcRequest, grpc_context: RayServegRPCContext
    ) -> RpcReply:
        reply = await self.rpc.answer(name, request)
        if reply.code:
            grpc_context.set_code(CODES[reply.code])
            grpc_context.set_details(reply.details)
        if reply.metadata:
            grpc_context.set_trailing_metadata(list(reply.metadata))
        return reply

    answer.__name__ = name
    return answer


for _name in (method for methods in SERVICES.values() for method in methods):
    setattr(GrpcIngress, _name, _method(_name))
