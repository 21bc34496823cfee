"""The bounds of model calls."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallLimits:
    """What one replica allows.

    Attributes:
        threads: Model calls at a time, beside the quick ones.
        max_rows: Rows of a shared call at most; a single request may have more.
        quick_s: A call that is expected to take no longer runs where it is asked for, in the event
            loop: handing it to a thread and back would cost more than it takes.
        timeout_s: Seconds within which a request that names no deadline is answered.
    """

    threads: int = 1
    max_rows: int = 1024
    quick_s: float = 0.002
    timeout_s: float = 30.0
