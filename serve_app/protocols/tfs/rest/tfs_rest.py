"""TensorFlow Serving's REST API: every path that no other protocol owns."""

from __future__ import annotations

import logging
from dataclasses import replace

from serve_app.errors import ServeAppError
from serve_app.metrics.recorder import RequestRecord
from serve_app.predictor import Admission, Predictor
from serve_app.protocols.http import Answer, DisconnectedError, FastPath, HttpRequest
from serve_app.protocols.tfs.rest.answers import error_answer, html_answer
from serve_app.protocols.tfs.rest.cors import ALLOW, preflight
from serve_app.protocols.tfs.rest.evhttp import refusal
from serve_app.protocols.tfs.rest.examples import examples
from serve_app.protocols.tfs.rest.predict import PredictFastPath, predict
from serve_app.protocols.tfs.rest.routes import Target, read_target
from serve_app.protocols.tfs.rest.status import metadata, status

_log = logging.getLogger(__name__)


class TfsRest:
    """TensorFlow Serving's REST API.

    Args:
        cors: Whether pages of other origins may read the answers.
    """

    def __init__(self, predictor: Predictor, admission: Admission, *, cors: bool = False) -> None:
        self._predictor = predictor
        self._admission = admission
        self._cors = cors

    def owns(self, _request: HttpRequest) -> bool:
        return True

    def fast_path(self, target: str) -> FastPath | None:
        try:
            found = read_target("POST", target)
        except ServeAppError:
            return None
        return PredictFastPath(found.spec) if found.verb == "predict" else None

    async def answer(self, request: HttpRequest) -> Answer:
        """Answers with a page of TensorFlow Serving's HTTP library, or with JSON below /v1/."""
        target = f"{request.path}?{request.query}" if request.query else request.path
        if page := refusal(request.method, target):
            return page
        if request.path[:4].lower() != "/v1/":
            return html_answer(404)
        answer = await self._guarded(request, target)
        return replace(answer, headers=answer.headers + ALLOW) if self._cors else answer

    async def _guarded(self, request: HttpRequest, target: str) -> Answer:
        try:
            with self._predictor.recorder.request("REST") as record:
                if request.method == "OPTIONS":
                    return preflight(request.header(b"origin"))
                return await self._routed(record, read_target(request.method, target), request)
        except (ServeAppError, DisconnectedError) as error:
            if isinstance(error, DisconnectedError):
                raise
            return error_answer(error)
        except Exception as error:  # noqa: BLE001 - see below
            # The last line of defence: a client gets our error form, the log gets the trace.
            _log.exception("%s failed", target)
            return error_answer(error)

    async def _routed(self, record: RequestRecord, target: Target, request: HttpRequest) -> Answer:
        record.model = target.spec.name
        if target.verb == "status":
            return status(self._predictor, target.spec)
        if target.verb == "metadata":
            return metadata(self._predictor, target.spec)
        record.api = target.verb
        with self._admission.request():
            gzip = b"gzip" in request.header(b"content-encoding")
            body = await request.body(gzip=gzip)
            if target.verb == "predict":
                return await predict(self._predictor, target.spec, body)
            return await examples(self._predictor, target, body)
