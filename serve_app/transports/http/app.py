"""The REST service as one plain ASGI application.

It runs under Ray Serve's ingress and equally on a listener of its own; it knows of neither.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from serve_app.errors import InternalError, ServeAppError
from serve_app.metrics.recorder import RequestRecord
from serve_app.predictor.admission import Admission
from serve_app.predictor.predictor import Predictor
from serve_app.protocols.ops import probes
from serve_app.protocols.ops.metrics import MetricsPage
from serve_app.protocols.tfs.rest.evhttp import refusal
from serve_app.protocols.tfs.rest.examples import examples
from serve_app.protocols.tfs.rest.predict import Predict
from serve_app.protocols.tfs.rest.status import metadata, status
from serve_app.protocols.tfs.rest.target import Target, read_target
from serve_app.transports.http.answer import Answer, error_answer, html_answer
from serve_app.transports.http.body import DisconnectedError, Receive, read_body
from serve_app.transports.http.cors import preflight, with_cors

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger(__name__)


class RestApp:
    """TensorFlow Serving's REST API, and the probes.

    Args:
        predictor: The models.
        admission: Bounds the ongoing requests.
        max_body_bytes: Largest request body.
        metrics: The page for Prometheus; None where it is switched off.
        cors: Whether pages of other origins may read the answers.
    """

    def __init__(
        self,
        predictor: Predictor,
        admission: Admission,
        max_body_bytes: int,
        metrics: MetricsPage | None = None,
        *,
        cors: bool = False,
    ) -> None:
        self._predictor = predictor
        self._predict = Predict(predictor)
        self._admission = admission
        self._max_body_bytes = max_body_bytes
        self._metrics = metrics
        self._cors = cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one ASGI connection event."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            # TensorFlow Serving does not know of upgrades: it answers the GET that asks for one.
            answer = await self._answer({**scope, "method": "GET"}, receive)
            await _send(answer, send, kind="websocket.http.response")
        elif scope["type"] == "http":
            try:
                answer = await self._answer(scope, receive)
            except DisconnectedError:
                return
            await _send(answer, send, with_body=scope["method"] != "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path = raw_path(scope)
        target = _target(scope, path)
        if page := refusal(scope["method"], target):
            return page
        if path[:4].lower() != "/v1/":
            return await _guarded(self._outside_v1(scope, path), target)
        answer = await _guarded(self._v1(scope, target, receive), target)
        return with_cors(answer) if self._cors else answer

    async def _outside_v1(self, scope: Scope, path: str) -> Answer:
        if self._metrics is not None and path == self._metrics.path:
            return await self._metrics.answer(scope["query_string"])
        pages: dict[str, Callable[[], Answer]] = {
            "/healthz": probes.live,
            "/livez": probes.live,
            "/readyz": lambda: probes.ready(self._predictor),
            "/models": lambda: probes.catalogue(self._predictor),
        }
        page = pages.get(path)
        return page() if page and scope["method"] in ("GET", "HEAD") else html_answer(404)

    async def _v1(self, scope: Scope, text: str, receive: Receive) -> Answer:
        with self._predictor.recorder.request("REST") as record:
            if scope["method"] == "OPTIONS":
                return preflight(_header(scope, b"origin"))
            return await self._recorded(record, read_target(scope["method"], text), scope, receive)

    async def _recorded(
        self, record: RequestRecord, target: Target, scope: Scope, receive: Receive
    ) -> Answer:
        record.model = target.spec.name
        if target.verb == "status":
            return status(self._predictor, target.spec)
        if target.verb == "metadata":
            return metadata(self._predictor, target.spec)
        record.api = target.verb
        with self._admission.request():
            return await self._post(target, scope, receive)

    async def _post(self, target: Target, scope: Scope, receive: Receive) -> Answer:
        gzip = b"gzip" in _header(scope, b"content-encoding")
        body = await read_body(receive, gzip=gzip, limit_bytes=self._max_body_bytes)
        if target.verb == "predict":
            return await self._predict.answer(target.spec, body)
        return await examples(self._predictor, target.verb, target.spec, body)


async def _guarded(answering: Awaitable[Answer], target: str) -> Answer:
    """Returns the answer, or the one that its error gets."""
    try:
        return await answering
    except ServeAppError as error:
        return error_answer(error)
    except DisconnectedError:
        raise
    except Exception:  # noqa: BLE001 - see below
        # The last line of defence: a client gets our error form, the log gets the trace.
        _log.exception("%s failed", target)
        return error_answer(InternalError("Internal error, see the server's log"))


def raw_path(scope: Scope) -> str:
    """Returns the path as it was sent; a decoded one cannot tell `%2F` from `/`."""
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        path: str = scope["path"]
        return path
    return raw.partition(b"?")[0].decode("latin-1")


def _target(scope: Scope, path: str) -> str:
    query: bytes = scope["query_string"]
    return f"{path}?{query.decode('latin-1')}" if query else path


def _header(scope: Scope, name: bytes) -> bytes:
    value: bytes
    for key, value in scope["headers"]:
        if key == name:
            return value
    return b""


async def _send(
    answer: Answer, send: Send, *, with_body: bool = True, kind: str = "http.response"
) -> None:
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": f"{kind}.start", "status": answer.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": answer.body if with_body else b""})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
