"""Tells when the replicas are back at the minimum, and stay there."""

from __future__ import annotations

from loadtest.replicas.watch import ReplicaWatch
from loadtest.run_clock import Clock

_STEADY_S = 3.0


class BackAtMinimum:
    """Is asked again and again in the cooldown.

    Args:
        watch: Knows the replicas; None where nobody looks at them.
        wanted: Replicas that are to be left; 0 waits for nothing.
        clock: The run's.
    """

    def __init__(self, watch: ReplicaWatch | None, wanted: int, clock: Clock) -> None:
        self._watch, self._wanted, self._clock = watch, wanted, clock
        self._since_s: float | None = None

    def __call__(self) -> bool:
        """Returns whether there are no more replicas than wanted, and were not for a while."""
        seen = self._watch.latest if self._watch else None
        if not seen or not self._wanted or self._wanted < max(len(seen.replicas), seen.target):
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = self._clock.now_s()
        return self._clock.now_s() - self._since_s >= _STEADY_S
