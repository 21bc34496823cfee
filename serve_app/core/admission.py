"""Bounds the requests that one replica holds at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from serve_app.errors import OverloadedError


class Admission:
    """Counts ongoing requests and refuses those beyond the limit, at once.

    An endless queue answers every request too late; a refusal tells the client to come back, and
    the autoscaler still sees the load. Used in one thread, the event loop's.

    Args:
        limit: Ongoing requests at most, waiting ones included.
        retry_after_s: What a refused client is told to wait.
    """

    def __init__(self, limit: int, retry_after_s: int) -> None:
        self._limit = limit
        self._retry_after_s = retry_after_s
        self.ongoing = 0
        self.refused = 0

    @contextmanager
    def request(self) -> Iterator[None]:
        """Counts one request while it is ongoing.

        Raises:
            OverloadedError: The replica holds its limit of requests.
        """
        if self.ongoing >= self._limit:
            self.refused += 1
            raise OverloadedError(
                f"The replica is busy with {self.ongoing} ongoing requests, its limit; retry in "
                f"{self._retry_after_s} s",
                retry_after_s=self._retry_after_s,
            )
        self.ongoing += 1
        try:
            yield
        finally:
            self.ongoing -= 1
