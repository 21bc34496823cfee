"""What all connections of the fast path share."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable, Sequence
from http import HTTPStatus
from time import monotonic
from typing import TypeAlias

from serve_app.predictor import Admission, Predictor
from serve_app.protocols.http import Answer, FastPath, Headers
from serve_app.transports.http.head import Heads

ServerHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]
LogLine: TypeAlias = Callable[[str, str, str, float, str], None]
"""Takes method, route, status, milliseconds and request id."""

_STATUS = {status.value: f"{status.value} {status.phrase}".encode() for status in HTTPStatus}


class FastPaths:
    """The models, the bound on ongoing requests, and the form of the answers.

    Args:
        admission: Bounds the ongoing requests, the ordinary way's and these together.
        log: Takes a line for each request; None writes none.
    """

    def __init__(
        self,
        predictor: Predictor,
        admission: Admission,
        heads: Heads,
        headers: Headers = (),
        log: LogLine | None = None,
    ) -> None:
        self.admission = admission
        self.heads = heads
        self.answered = 0
        self.predictor = predictor
        self._log = log
        self._fixed = b"".join(b"%b: %b\r\n" % pair for pair in headers)
        self._took_us: dict[tuple[str, str], list[int]] = {}
        self._id_prefix = uuid.uuid4().hex[:20].encode()
        self._ids = itertools.count()
        self._dates: object = None
        self._dates_text = b""

    def message(self, answer: Answer, request_id: bytes, server: ServerHeaders) -> bytes:
        if server is not self._dates:
            self._dates = server
            self._dates_text = b"".join(b"%b: %b\r\n" % pair for pair in server)
        lines = b"".join(b"%b: %b\r\n" % pair for pair in answer.headers)
        return b"HTTP/1.1 %b\r\n%b%bcontent-length: %d\r\nx-request-id: %b\r\n%b\r\n%b" % (
            _STATUS.get(answer.status) or b"%d " % answer.status,
            self._dates_text,
            lines,
            len(answer.body),
            request_id,
            self._fixed,
            answer.body,
        )

    def new_id(self) -> bytes:
        """Returns an id for a request that came without one: unique, and no secret."""
        return b"%b%012x" % (self._id_prefix, next(self._ids))

    def log(self, status: int, took_s: float, request_id: bytes) -> None:
        if self._log is not None:
            self._log("POST", "/", str(status), took_s * 1000, request_id.decode("latin-1"))

    def count(self, way: FastPath, started_s: float, loop: asyncio.AbstractEventLoop) -> None:
        """Counts an answered request; many at a time reach the recorder, once per turn."""
        self.answered += 1
        if not self._took_us:
            loop.call_soon(self._record)
        took_us = round((monotonic() - started_s) * 1e6)
        self._took_us.setdefault((way.model, way.api), []).append(took_us)

    def count_failed(self, way: FastPath, error: Exception) -> None:
        self.predictor.recorder.failed("REST", way.model, error)

    def _record(self) -> None:
        took_us, self._took_us = self._took_us, {}
        for (model, api), values in took_us.items():
            self.predictor.recorder.answered("REST", api, model, values)
