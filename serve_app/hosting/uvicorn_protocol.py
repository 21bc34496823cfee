"""One connection: uvicorn's protocol, with the fast path in front."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from serve_app.errors import OverloadedError
from serve_app.hosting.fast_paths import FastPaths
from serve_app.predictor import Request
from serve_app.protocols.http import Answer, Question
from serve_app.transports.http.head import HEAD_END, Head

_CLOSE = (b"connection", b"close")


class _Waiting(Request[bytes]):
    """A request of a connection, in the predictor's queue."""

    __slots__ = ("_connection",)

    def __init__(self, connection: FastPathProtocol, question: Question, deadline_s: float) -> None:
        super().__init__(question.adapter, question.payload, question.rows, deadline_s)
        self._connection = connection

    def answered(self, answer: bytes) -> None:
        self._connection.answered(answer)

    def failed(self, error: Exception) -> None:
        self._connection.failed(error)


class FastPathProtocol(HttpToolsProtocol):
    """Answers plain requests by itself; hands everything else to uvicorn, as it came.

    A connection has one such request at a time. What arrives meanwhile is kept, unread beyond a
    buffer.
    """

    def __init__(
        self,
        fast_paths: FastPaths,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._fast_paths = fast_paths
        self._head: Head | None = None
        self._came = b""
        self._later = b""
        self._started_s = 0.0
        self._waiting: _Waiting | None = None
        self._is_between = True
        self._goes_on = False
        self._closes = False
        self._idle: asyncio.TimerHandle | None = None
        self._active_s = 0.0

    # -- the connection

    def data_received(self, data: bytes) -> None:
        if self._waiting is not None or self._goes_on:
            self._keep(data)
        elif self._head is not None:
            self._came += data
            self._continue()
        elif self._is_at_start():
            self._begin(data)
        else:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None:
            self._waiting.is_over = True
            self._end()
        if self._idle is not None:
            self._idle.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends: what was begun is answered, then the connection closes."""
        if self._waiting is not None or self._head is not None:
            self._closes = True
        else:
            super().shutdown()

    def on_message_begin(self) -> None:
        self._is_between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._is_between = True
        super().on_message_complete()

    # -- a request

    def _is_at_start(self) -> bool:
        """Tells whether the next byte begins a request, with none before it still unanswered."""
        return (
            self._is_between
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self._closes
        )

    def _begin(self, data: bytes) -> None:
        end = data.find(HEAD_END)
        head = self._fast_paths.heads.read(data[:end]) if end > 0 else None
        if head is None:
            super().data_received(data)
            return
        self._started_s = monotonic()
        self._head, self._came = head, data
        self._continue(end + len(HEAD_END))

    def _continue(self, body_at: int = 0) -> None:
        head = self._head
        assert head is not None
        begin = body_at or self._came.find(HEAD_END) + len(HEAD_END)
        end = begin + head.body_bytes
        if len(self._came) < end:
            return
        if len(self._came) > end:
            self._came, self._later = self._came[:end], self._came[end:]
            self.flow.pause_reading()
        self._unset_keepalive_if_required()
        question = head.way.read(self._came[begin:])
        if question is None:
            self._hand_on()
            return
        try:
            self._fast_paths.admission.enter()
        except OverloadedError as error:
            self._fast_paths.count_failed(head.way, error)
            self._send(head.way.error(error))
            return
        self._ask(question)

    def _ask(self, question: Question) -> None:
        predictor = self._fast_paths.predictor
        self._waiting = _Waiting(self, question, self._started_s + predictor.limits.timeout_s)
        predictor.queue(question.query, self.loop).submit(self._waiting)

    def answered(self, answer: bytes) -> None:
        head = self._head
        assert head is not None
        self._end()
        self._fast_paths.count(head.way, self._started_s, self.loop)
        self._send(Answer(200, answer))

    def failed(self, error: Exception) -> None:
        head = self._head
        assert head is not None
        self._end()
        self._fast_paths.count_failed(head.way, error)
        self._send(head.way.error(error))

    def _end(self) -> None:
        self._waiting = None
        self._fast_paths.admission.leave()

    def _send(self, answer: Answer) -> None:
        assert self._head is not None
        if self._closes:
            answer = replace(answer, headers=(*answer.headers, _CLOSE))
        server = self.server_state.default_headers
        request_id = self._head.request_id or self._fast_paths.new_id()
        self.transport.write(self._fast_paths.message(answer, request_id, server))
        self._fast_paths.log(answer.status, monotonic() - self._started_s, request_id)
        self.server_state.total_requests += 1
        self._head, self._came = None, b""
        if self._closes:
            self.transport.close()
            return
        self._watch_idle()
        if self._later:
            self._go_on()

    def _hand_on(self) -> None:
        """Lets uvicorn have the bytes of this request, and those that came after it."""
        came, self._head, self._came = self._came, None, b""
        later, self._later = self._later, b""
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        super().data_received(came + later)
        if self._closes:
            super().shutdown()

    # -- what came too early

    def _keep(self, data: bytes) -> None:
        self._later += data
        self.flow.pause_reading()

    def _go_on(self) -> None:
        """Reads what was kept, in the next turn: a thousand refusals must not nest."""
        self._goes_on = True
        self.loop.call_soon(self._replay)

    def _replay(self) -> None:
        self._goes_on = False
        later, self._later = self._later, b""
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self.data_received(later)

    # -- a connection that is not used

    def _watch_idle(self) -> None:
        """Lets the connection end when it was idle for uvicorn's time; one timer, seldom set."""
        self._active_s = self.loop.time()
        if self._idle is None:
            self._idle = self.loop.call_later(self.timeout_keep_alive, self._check_idle)

    def _check_idle(self) -> None:
        self._idle = None
        is_answering = (
            self._waiting is not None or self._head is not None or not self._is_at_start()
        )
        left_s = self._active_s + self.timeout_keep_alive - self.loop.time()
        if is_answering or left_s > 0:
            self._idle = self.loop.call_later(
                max(left_s, self.timeout_keep_alive / 2), self._check_idle
            )
        else:
            self.timeout_keep_alive_handler()
