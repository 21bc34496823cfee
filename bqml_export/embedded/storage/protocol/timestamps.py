"""Times and generations as Cloud Storage writes them."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def timestamp_now() -> str:
    return timestamp(time.time_ns() // 1000)


def timestamp(moment_us: int) -> str:
    """Returns a moment, in microseconds of Unix time, in RFC 3339."""
    whole = datetime.fromtimestamp(moment_us // 1_000_000, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{moment_us % 1_000_000:06d}Z"


class Generations:
    """Hands out generations: microseconds of Unix time, each one higher than all before."""

    def __init__(self, last: int) -> None:
        self._last = last

    def next(self) -> int:
        """Callers hold a transaction."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return self._last
