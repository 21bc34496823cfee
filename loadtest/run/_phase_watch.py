from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from loadtest.record.observations import Phase
from loadtest.replicas.watch import ReplicaWatch
from loadtest.run._observer import Observer
from loadtest.run_clock import Clock

_POLL_S = 0.25
# The generator ends a little after its last phase: what was under way is answered first.
_PATIENCE_S = 30.0
# It may also see the end of a phase a little before this process does.
_EARLY_S = 2.0
_STEADY_S = 3.0


class Waiter(Protocol):
    def wait(self, timeout_s: float | None = None) -> bool:
        """True when it has ended, False after the time."""


class PhaseWatch:
    def __init__(self, phases: Sequence[Phase], clock: Clock, observer: Observer) -> None:
        self._phases = phases
        self._clock = clock
        self._observer = observer

    def follow(self, generator: Waiter, is_back: Callable[[], bool]) -> str:
        """Returns when the run is over; empty, or why it ended before its time."""
        for phase in self._phases:
            with self._announced(phase):
                while self._clock.now_s() < phase.end_s:
                    if generator.wait(_POLL_S):
                        break
                    if phase.name == "cooldown" and is_back():
                        return ""
                if self._clock.now_s() < phase.end_s - _EARLY_S:
                    return f"the load generator ended in the {phase.name}"
        generator.wait(_PATIENCE_S)
        return ""

    @contextmanager
    def _announced(self, phase: Phase) -> Iterator[None]:
        self._observer.begin_phase(phase)
        try:
            yield
        finally:
            end_s = min(phase.end_s, self._clock.now_s())
            self._observer(replace(phase, end_s=end_s))


class BackAtMinimum:
    """The replicas are back at the minimum and stay there.

    Never where nobody looks at them (`watch` is None), or none are wanted.
    """

    def __init__(self, watch: ReplicaWatch | None, wanted: int, clock: Clock) -> None:
        self._watch, self._wanted, self._clock = watch, wanted, clock
        self._since_s: float | None = None

    def __call__(self) -> bool:
        seen = self._watch.latest if self._watch else None
        if not seen or not self._wanted or self._wanted < max(len(seen.replicas), seen.target):
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = self._clock.now_s()
        return self._clock.now_s() - self._since_s >= _STEADY_S
