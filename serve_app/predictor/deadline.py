"""The moment by which a client wants its answer, by this process's monotonic clock."""

from __future__ import annotations

from time import monotonic

from serve_app.errors import DeadlineExceededError

# A client may name centuries, which TensorFlow's clock, in nanoseconds, cannot add.
_LONGEST_MS = 24 * 60 * 60 * 1000


def remaining_ms(until_s: float) -> int:
    """Returns the milliseconds until a moment of the monotonic clock: at least 1, at most a day's.

    Raises:
        DeadlineExceededError: None are left.
    """
    left_s = until_s - monotonic()
    if left_s <= 0:
        raise DeadlineExceededError("Deadline exceeded before the model was called")
    return min(max(1, int(left_s * 1000)), _LONGEST_MS)
