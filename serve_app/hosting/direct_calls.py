"""The fast path for gRPC: from the replica's gRPC server straight to the protocols."""

from __future__ import annotations

import itertools
import uuid
from time import perf_counter

import grpc

from serve_app.hosting.fast_paths import LogLine
from serve_app.hosting.grpc_ingress import CODES
from serve_app.protocols.rpc import RpcRequest
from serve_app.transports.grpc.dispatch import RpcDispatch
from serve_app.transports.grpc.handlers import BytesBehaviour, ServicerContext

_REQUEST_ID = "request_id"
_APPLICATION = "application"


class DirectCalls:
    """Answers calls; status and metadata are as on the ordinary way.

    Args:
        application: The name of the application, to which a client may address its call.
        log: Takes a line for each request; None writes none.
    """

    def __init__(self, rpc: RpcDispatch, application: str, log: LogLine | None = None) -> None:
        self._log = log
        self._rpc = rpc
        self._application = application
        self._id_prefix = uuid.uuid4().hex[:20]
        self._ids = itertools.count()

    def behaviour(self, method: str) -> BytesBehaviour:
        """Returns what answers the calls of one method, given by its bare name."""

        async def answer(body: bytes, context: ServicerContext) -> bytes:
            return await self._answer(method, body, context)

        return answer

    async def _answer(self, method: str, body: bytes, context: ServicerContext) -> bytes:
        """Returns the serialized response; an error is in the context."""
        started_s = perf_counter()
        sent = dict(context.invocation_metadata() or ())
        asked = sent.get(_APPLICATION)
        if asked and asked != self._application:
            context.set_code(grpc.StatusCode.NOT_FOUND)
            context.set_details(f"Application '{asked}' not found.")
            return b""
        reply = await self._rpc.answer(method, RpcRequest(body, context.time_remaining()))
        request_id = sent.get(_REQUEST_ID) or f"{self._id_prefix}{next(self._ids):012x}"
        context.set_trailing_metadata((*reply.metadata, (_REQUEST_ID, request_id)))
        if reply.code:
            context.set_code(CODES[reply.code])
            context.set_details(reply.details)
        if self._log is not None:
            took_ms = (perf_counter() - started_s) * 1000
            self._log("CALL", self._application, CODES[reply.code].name, took_ms, str(request_id))
        return reply.body
