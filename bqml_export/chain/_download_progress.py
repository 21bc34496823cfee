"""How far a download is, as lines for people."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from bqml_export.bucket.objects import StoredObject
from bqml_export.warehouse.jobs import Report

_PAUSE_S = 1.0


@dataclass(slots=True)
class DownloadProgress:
    """Counts objects and bytes from whichever thread fetched them; says a line a second."""

    report: Report
    objects: int
    total_bytes: int
    done_objects: int = 0
    done_bytes: int = 0
    said_s: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add_bytes(self, count: int) -> None:
        """Counts bytes that are there; fewer than 0 are bytes that were thrown away."""
        with self.lock:
            self.done_bytes += count
            if time.monotonic() - self.said_s >= _PAUSE_S:
                self._say()

    def add_object(self, _complete: StoredObject) -> None:
        with self.lock:
            self.done_objects += 1
            if self.done_objects == self.objects:
                self._say()

    def _say(self) -> None:
        self.said_s = time.monotonic()
        percent = 100 * self.done_bytes // self.total_bytes if self.total_bytes else 100
        self.report(
            f"pulled {self.done_objects}/{self.objects} objects, "
            f"{self.done_bytes:,}/{self.total_bytes:,} bytes ({percent} %)"
        )
