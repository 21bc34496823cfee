"""The moment by which a client wants its answer."""

from __future__ import annotations

import time
from dataclasses import dataclass

from serve_app.errors import DeadlineExceededError

# A client may name centuries, which TensorFlow's clock, in nanoseconds, cannot add.
_LONGEST_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time, by this process's monotonic clock."""

    at_s: float

    @classmethod
    def after(cls, timeout_s: float) -> Deadline:
        """Returns the deadline that lies `timeout_s` from now."""
        return cls(time.monotonic() + timeout_s)

    def remaining_ms(self) -> int:
        """Returns the milliseconds that are left, at least one, at most a day's.

        Raises:
            DeadlineExceededError: None are left.
        """
        left_s = self.at_s - time.monotonic()
        if left_s <= 0:
            raise DeadlineExceededError("Deadline exceeded before the model was called")
        return min(max(1, int(left_s * 1000)), _LONGEST_MS)
