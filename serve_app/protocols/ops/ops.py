"""What TensorFlow Serving does not have: probes and the catalogue; and the page for Prometheus.

All of it lies outside /v1/, whose every path is TensorFlow Serving's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from serve_app.predictor import Predictor
from serve_app.protocols.http import Answer, HttpRequest
from serve_app.protocols.ops import probes
from serve_app.protocols.ops.metrics import MetricsPage


class Ops:
    """The pages that need no model name.

    Args:
        metrics: The page for Prometheus; None where it is switched off.
    """

    def __init__(self, predictor: Predictor, metrics: MetricsPage | None = None) -> None:
        self._metrics = metrics
        self._pages: Mapping[str, Callable[[], Answer]] = {
            "/healthz": probes.live,
            "/livez": probes.live,
            "/readyz": lambda: probes.ready(predictor),
            "/models": lambda: probes.catalogue(predictor),
        }

    def owns(self, request: HttpRequest) -> bool:
        """Its pages, for reading; the page for Prometheus answers to any method."""
        if self._metrics is not None and request.path == self._metrics.path:
            return True
        return request.path in self._pages and request.method in ("GET", "HEAD")

    async def answer(self, request: HttpRequest) -> Answer:
        if self._metrics is not None and request.path == self._metrics.path:
            return await self._metrics.answer(request.query)
        return self._pages[request.path]()

    def fast_path(self, _target: str) -> None:
        """Nothing here is worth one."""
