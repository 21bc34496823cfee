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
        """Whether a line would be kept; false where the access log is switched off."""
        return self._logger.isEnabledFor(logging.INFO) and any(
            log_access_log_filter not in handler.filters for handler in self._logger.handlers
        )

    def write(self, method: str, route: str, status: str, took_ms: float, request_id: str) -> None:
        """Writes one line.

        Args:
            method: `POST`; of gRPC `CALL`, as Ray Serve has it.
            route: The application's route; of gRPC its name.
            status: HTTP status, or gRPC's name for it.
            took_ms: Milliseconds.
            request_id: As in the response.
        """
        text = access_log_msg(method=method, route=route, status=status, latency_ms=took_ms)
        extra = {"route": route, "request_id": request_id, "serve_access_log": True}
        self._logger.info(text, extra=extra)
