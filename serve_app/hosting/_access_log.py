"""Ray Serve's access log, for requests that Ray Serve does not see."""

from __future__ import annotations

import logging

from ray.serve._private.logging_utils import access_log_msg, log_access_log_filter


class AccessLog:
    """Writes lines as Ray Serve does, to the same place.

    Made in a replica, after Ray Serve has set its logger up.
    """

    def __init__(self) -> None:
        self._logger = logging.getLogger("ray.serve")

    @property
    def enabled(self) -> bool:
        return self._logger.isEnabledFor(logging.INFO) and any(
            log_access_log_filter not in handler.filters for handler in self._logger.handlers
        )

    def write(self, method: str, route: str, status: str, took_ms: float, request_id: str) -> None:
        """`method` is `CALL` of gRPC, `route` its name, and `status` gRPC's name for it."""
        text = access_log_msg(method=method, route=route, status=status, latency_ms=took_ms)
        extra = {"route": route, "request_id": request_id, "serve_access_log": True}
        self._logger.info(text, extra=extra)
