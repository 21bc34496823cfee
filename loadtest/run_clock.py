"""The clock of a run: every process that measures counts seconds from the same moment."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall time: the one clock that processes, and machines kept by NTP, have in common."""

    epoch_s: float

    @classmethod
    def start(cls) -> Self:
        return cls(time.time())

    def now_s(self) -> float:
        return time.time() - self.epoch_s

    @property
    def started_at(self) -> str:
        """UTC, ISO 8601."""
        return datetime.fromtimestamp(self.epoch_s, UTC).isoformat(timespec="milliseconds")
