"""The backend as a plain function: an event loop on a thread of its own, one request at a time."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import structlog

from bqml_export.embedded.bigquery.protocol.wire import Response, error_response
from bqml_export.errors import BqmlExportError, InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from bqml_export.embedded.bigquery.backend._bqemulator_app import Backend

_HOP_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
_KEPT_HEADERS = ("content-type", "location", "range")

_T = TypeVar("_T")


class InProcessBackend:
    """BigQuery's REST API without models, callable from any thread.

    Requests take turns: the backend's route threads share one database connection, and the
    results of two statements on one connection get mixed up.
    """

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._turn = asyncio.Lock()
        self._backend: Backend | None = None
        self._client: httpx.AsyncClient | None = None

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="bigquery-backend", daemon=True
        )
        self._thread.start()
        try:
            self._run(self._open())
        except Exception as exc:
            self.stop()
            raise BqmlExportError(
                f"The embedded BigQuery cannot open its data in {self._state_dir}: "
                f"{str(exc).splitlines()[0]}",
                hint="move that folder away to start with an empty one",
            ) from exc

    def stop(self) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def request(
        self,
        method: str,
        target: str,
        *,
        body: bytes = b"",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Response:
        """Returns the answer to one request; `target` is a path with its query string."""
        return self._run(self._send(method, target, body, headers))

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self) -> None:
        # The backend logs for its own developers, already while it is imported; what a user must
        # know comes back in responses.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
        from bqml_export.embedded.bigquery.backend._bqemulator_app import Backend

        self._backend = Backend(self._state_dir)
        application = await self._backend.open()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=application, raise_app_exceptions=False),
            base_url="http://backend",
            timeout=None,  # noqa: S113 - in-process; a query may take as long as it needs
        )

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
        if self._backend is not None:
            await self._backend.close()
        await self._loop.shutdown_default_executor()

    async def _send(
        self, method: str, target: str, body: bytes, headers: tuple[tuple[str, str], ...]
    ) -> Response:
        assert self._client is not None
        sent = [(name, value) for name, value in headers if name.lower() not in _HOP_HEADERS]
        async with self._turn:
            answer = await self._client.request(method, target, content=body, headers=sent)
        if answer.status_code >= 500:
            return _as_client_error(answer)
        kept = [(name, answer.headers[name]) for name in _KEPT_HEADERS if name in answer.headers]
        return Response(answer.status_code, answer.content, tuple(kept))


def _as_client_error(answer: httpx.Response) -> Response:
    """Returns a server error as a client error.

    Google's clients repeat a server error for ten minutes, and what fails here fails again.
    """
    try:
        message = str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        message = answer.text[:200]
    text = f"The embedded BigQuery cannot run this request: {message}"
    error = NotSupportedError if answer.status_code == 501 else InvalidQueryError
    return error_response(error(text))
