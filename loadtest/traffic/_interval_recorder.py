"""What one process counts, second by second, of the run's clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from foundation.json_types import JsonObject
from loadtest.record.lines import adapter

_MAX_CAUSES = 20
_OTHER = "other causes"
_CAUSE_LENGTH = 160


@dataclass(slots=True)
class Second:
    """Of the requests that ended in second `number`; latencies in ms, rounded to 3 digits."""

    number: int
    requests: int = 0
    failures: int = 0
    retried: int = 0
    latencies: Counter[float] = field(default_factory=Counter)
    by_replica: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)

    def add(self, other: Second) -> None:
        self.requests += other.requests
        self.failures += other.failures
        self.retried += other.retried
        self.latencies.update(other.latencies)
        self.by_replica.update(other.by_replica)
        self.causes.update(other.causes)

    def to_message(self) -> JsonObject:
        message: JsonObject = adapter(Second).dump_python(self, mode="json")
        return message

    @classmethod
    def of_message(cls, message: JsonObject) -> Second:
        return adapter(cls).validate_python(message)


class IntervalRecorder:
    """Counts the requests of a process by the second in which they ended."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._current = Second(int(clock()))
        self._ended: list[Second] = []

    def record(self, latency_ms: float, fault: str | None, replica: str, *, retried: bool) -> None:
        """`latency_ms` is that of all tries; an empty `replica` is not known."""
        second = self._second()
        second.requests += 1
        second.latencies[float(f"{latency_ms:.3g}")] += 1
        if replica:
            second.by_replica[replica] += 1
        if fault is not None:
            second.failures += 1
            self._count_cause(second, fault)
        elif retried:
            second.retried += 1

    def _count_cause(self, second: Second, fault: str) -> None:
        cause = fault[:_CAUSE_LENGTH]
        if cause not in second.causes and len(second.causes) >= _MAX_CAUSES:
            cause = _OTHER
        second.causes[cause] += 1

    def _second(self) -> Second:
        number = int(self._clock())
        if number > self._current.number:
            self._ended.append(self._current)
            self._current = Second(number)
        return self._current

    def take_ended(self) -> list[Second]:
        """Each second once; the last one even if nothing happened."""
        self._second()
        ended, self._ended = self._ended, []
        return ended
