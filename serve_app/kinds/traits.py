"""What is known of the calls of one signature of one version."""

from __future__ import annotations

from dataclasses import dataclass, field

from serve_app.kinds.pace import Pace


@dataclass(slots=True)
class CallTraits:
    """What a kind has found out about a signature; by itself nothing is shared, or quick.

    Attributes:
        shared_rows: How many rows of several requests may go into one call; 0 means that none may.
        row_width: How many requests of one row each may go into one call, if not all may; 0 means
            none.
        reason: Why not more may, in one line; empty where all may.
        stateful: Whether a call may change, or depend on, more than its inputs: then only clients,
            and the publisher's own warmup requests, run it.
        bounded: Whether a call is known to end soon, whatever its inputs: then it may run in the
            event loop.
        pace: How long a call takes; learnt from every call.
    """

    shared_rows: int = 0
    row_width: int = 0
    reason: str = ""
    stateful: bool = False
    bounded: bool = False
    pace: Pace = field(default_factory=Pace)

    def can_share(self, counts: list[int]) -> bool:
        """Tells whether requests with that many rows each may go into one call."""
        return (
            len(counts) == 1
            or sum(counts) <= self.shared_rows
            or (len(counts) <= self.row_width and max(counts) == 1)
        )
