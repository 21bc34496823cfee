"""The REST service as one plain ASGI application.

It runs under Ray Serve's ingress and equally on a listener of its own; it knows of neither.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from serve_app.core.admission import Admission
from serve_app.core.predictor import Predictor
from serve_app.edges.rest import probes
from serve_app.edges.rest.answer import Answer, error_answer, html_answer
from serve_app.edges.rest.body import DisconnectedError, Receive, read_body
from serve_app.edges.rest.predict import predict
from serve_app.edges.rest.status import metadata, status
from serve_app.edges.rest.target import Target, read_target
from serve_app.errors import (
    InternalError,
    InvalidArgumentError,
    ServeAppError,
    UnimplementedError,
)

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger(__name__)


class RestApp:
    """TensorFlow Serving's REST API, and the probes.

    Args:
        predictor: The models.
        admission: Bounds the ongoing requests.
        max_body_bytes: Largest request body.
    """

    def __init__(self, predictor: Predictor, admission: Admission, max_body_bytes: int) -> None:
        self._predictor = predictor
        self._admission = admission
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one ASGI connection event."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            try:
                answer = await self._answer(scope, receive)
            except DisconnectedError:
                return
            await _send(answer, send, with_body=scope["method"] != "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path = raw_path(scope)
        try:
            if path[:4].lower() == "/v1/":
                return await self._v1(scope, path, receive)
            return self._outside_v1(scope["method"], path)
        except ServeAppError as error:
            return error_answer(error)
        except DisconnectedError:
            raise
        except Exception:  # noqa: BLE001 - see below
            # The last line of defence: a client gets our error form, the log gets the trace.
            _log.exception("%s %s failed", scope["method"], path)
            return error_answer(InternalError("Internal error, see the server's log"))

    def _outside_v1(self, method: str, path: str) -> Answer:
        pages: dict[str, Callable[[], Answer]] = {
            "/healthz": probes.live,
            "/livez": probes.live,
            "/readyz": lambda: probes.ready(self._predictor),
            "/models": lambda: probes.catalogue(self._predictor),
        }
        page = pages.get(path)
        return page() if page and method in ("GET", "HEAD") else html_answer(404)

    async def _v1(self, scope: Scope, path: str, receive: Receive) -> Answer:
        method: str = scope["method"]
        if method == "OPTIONS":
            return _preflight(scope)
        query: bytes = scope["query_string"]
        target = read_target(method, f"{path}?{query.decode('latin-1')}" if query else path)
        if target.verb == "status":
            return status(self._predictor, target.spec)
        if target.verb == "metadata":
            return metadata(self._predictor, target.spec)
        with self._admission.request():
            return await self._post(target, scope, receive)

    async def _post(self, target: Target, scope: Scope, receive: Receive) -> Answer:
        gzip = b"gzip" in _header(scope, b"content-encoding")
        body = await read_body(receive, gzip=gzip, limit_bytes=self._max_body_bytes)
        if target.verb == "predict":
            return await predict(self._predictor, target.spec, body)
        # BigQuery ML's exports have no tf.Example signature: a SavedModel that has gets the words
        # that are true for it.
        with self._predictor.call(target.spec, "") as call:
            if len(call.signature.inputs) != 1:
                raise InvalidArgumentError("Expected one input Tensor.")
            raise UnimplementedError(f"The {target.verb} API is not supported yet, use predict")


def raw_path(scope: Scope) -> str:
    """Returns the path as it was sent; a decoded one cannot tell `%2F` from `/`."""
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        path: str = scope["path"]
        return path
    return raw.partition(b"?")[0].decode("latin-1")


def _header(scope: Scope, name: bytes) -> bytes:
    value: bytes
    for key, value in scope["headers"]:
        if key == name:
            return value
    return b""


def _preflight(scope: Scope) -> Answer:
    origin = _header(scope, b"origin")
    return Answer(200 if b"http://" in origin or b"https://" in origin else 400, b"", ())


async def _send(answer: Answer, send: Send, *, with_body: bool) -> None:
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
