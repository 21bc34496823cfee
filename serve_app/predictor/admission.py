"""Bounds the requests that one replica holds at a time, and knows how many it held."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from serve_app.errors import OverloadedError


class Admission:
    """Counts ongoing requests and refuses those beyond the limit, at once.

    An endless queue answers every request too late; a refusal tells the client to come back, and
    the autoscaler still sees the load. Safe in any thread.

    Args:
        limit: Ongoing requests at most, waiting ones included.
    """

    def __init__(self, limit: int, retry_after_s: int) -> None:
        self._limit = limit
        self._retry_after_s = retry_after_s
        self._lock = threading.Lock()
        self._request_s = 0.0
        self._since_s = self._read_s = perf_counter()
        self.ongoing = 0
        self.refused = 0

    def enter(self) -> None:
        """Counts one request in; `leave` counts it out.

        Raises:
            OverloadedError: The replica holds its limit of requests.
        """
        with self._lock:
            if self.ongoing < self._limit:
                self._pass()
                self.ongoing += 1
                return
            self.refused += 1
        raise OverloadedError(
            f"The replica is busy with {self.ongoing} ongoing requests, its limit; retry in "
            f"{self._retry_after_s} s",
            retry_after_s=self._retry_after_s,
        )

    def leave(self) -> None:
        with self._lock:
            self._pass()
            self.ongoing -= 1

    @contextmanager
    def request(self) -> Iterator[None]:
        """Counts one request while it is ongoing; raises as `enter`."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def mean_ongoing(self) -> float:
        """Returns the average number of ongoing requests since this was asked last.

        An average over time, not a look now and then: short requests are there in bursts, and most
        looks would miss them.
        """
        with self._lock:
            self._pass()
            passed_s, mean_s = self._since_s - self._read_s, self._request_s
            self._request_s, self._read_s = 0.0, self._since_s
            return mean_s / passed_s if passed_s > 0 else float(self.ongoing)

    def _pass(self) -> None:
        now_s = perf_counter()
        self._request_s += self.ongoing * (now_s - self._since_s)
        self._since_s = now_s
