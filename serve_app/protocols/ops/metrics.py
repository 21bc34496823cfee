"""GET /monitoring/prometheus/metrics: the sum over all replicas, in Prometheus's text format."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from serve_app.metrics.exposition import CONTENT_TYPE, page
from serve_app.metrics.snapshot import Snapshot
from serve_app.protocols.http import Answer, Headers

_TEXT: Headers = ((b"content-type", CONTENT_TYPE.encode()),)


class MetricsPage:
    """The page for Prometheus.

    Args:
        collect: Gathers the numbers; behind one port every replica must give the same answer, so
            it is not only this one's.
    """

    def __init__(self, path: str, collect: Callable[[], Awaitable[Snapshot]]) -> None:
        self.path = path
        self._collect = collect

    async def answer(self, query: str) -> Answer:
        """Whatever the method was; a query is refused, as in TensorFlow Serving."""
        if query:
            text = f"Unexpected path: {self.path}?{query}. Should be {self.path}"
            return Answer(400, text.encode("latin-1"), _TEXT)
        return Answer(200, page(await self._collect()), _TEXT)
