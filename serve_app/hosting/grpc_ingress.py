"""The gRPC methods of a deployment, under the bare names by which Ray Serve calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from serve_app.transports.grpc.rpc import RpcReply, RpcRequest

if TYPE_CHECKING:
    from ray.serve.grpc_util import RayServegRPCContext

    from serve_app.transports.grpc.edge import GrpcEdge

_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


class GrpcIngress:
    """Hands calls to the gRPC edge and its status to Ray Serve's context.

    An error is a reply, not an exception: Ray Serve would log a stack trace for each wrong request.

    Attributes:
        grpc_edge: Answers the calls.
    """

    grpc_edge: GrpcEdge

    async def Predict(self, request: RpcRequest, grpc_context: RayServegRPCContext) -> RpcReply:  # noqa: N802
        """PredictionService.Predict."""
        return await self._reply("Predict", request, grpc_context)

    async def Classify(self, request: RpcRequest, grpc_context: RayServegRPCContext) -> RpcReply:  # noqa: N802
        """PredictionService.Classify."""
        return await self._reply("Classify", request, grpc_context)

    async def Regress(self, request: RpcRequest, grpc_context: RayServegRPCContext) -> RpcReply:  # noqa: N802
        """PredictionService.Regress."""
        return await self._reply("Regress", request, grpc_context)

    async def MultiInference(  # noqa: N802
        self, request: RpcRequest, grpc_context: RayServegRPCContext
    ) -> RpcReply:
        """PredictionService.MultiInference."""
        return await self._reply("MultiInference", request, grpc_context)

    async def GetModelMetadata(  # noqa: N802
        self, request: RpcRequest, grpc_context: RayServegRPCContext
    ) -> RpcReply:
        """PredictionService.GetModelMetadata."""
        return await self._reply("GetModelMetadata", request, grpc_context)

    async def GetModelStatus(  # noqa: N802
        self, request: RpcRequest, grpc_context: RayServegRPCContext
    ) -> RpcReply:
        """ModelService.GetModelStatus."""
        return await self._reply("GetModelStatus", request, grpc_context)

    async def HandleReloadConfigRequest(  # noqa: N802
        self, request: RpcRequest, grpc_context: RayServegRPCContext
    ) -> RpcReply:
        """ModelService.HandleReloadConfigRequest."""
        return await self._reply("HandleReloadConfigRequest", request, grpc_context)

    async def Check(self, request: RpcRequest, grpc_context: RayServegRPCContext) -> RpcReply:  # noqa: N802
        """Health.Check."""
        return await self._reply("Check", request, grpc_context)

    async def _reply(
        self, method: str, request: RpcRequest, context: RayServegRPCContext
    ) -> RpcReply:
        reply = await self.grpc_edge.answer(method, request)
        if reply.code:
            context.set_code(_CODES[reply.code])
            context.set_details(reply.details)
        if reply.metadata:
            context.set_trailing_metadata(list(reply.metadata))
        return reply
