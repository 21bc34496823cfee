from __future__ import annotations

from collections.abc import Iterator

from loadtest.traffic._interval_recorder import Second

_GRACE_S = 1.5


class IntervalMerger:
    """Waits for every process to report a second, but not for ever.

    A report that comes after its second was given out is added to the next one: the sums stay
    right.
    """

    def __init__(self, workers: frozenset[str]) -> None:
        self._reported: dict[str, int] = dict.fromkeys(workers, -1)
        self._waiting: dict[int, Second] = {}
        self._next: int | None = None

    def add(self, worker: str, second: Second) -> None:
        self._reported[worker] = max(second.number, self._reported.get(worker, -1))
        if self._next is None:
            self._next = second.number
        number = max(second.number, self._next)
        total = self._waiting.setdefault(number, Second(number))
        total.add(second)

    def drop(self, worker: str) -> None:
        self._reported.pop(worker, None)

    def ready(self, now_s: float) -> Iterator[Second]:
        """A second of which no process reported anything is an empty one: there are no gaps."""
        while self._next is not None and self._is_due(self._next, now_s):
            yield self._waiting.pop(self._next, Second(self._next))
            self._next += 1

    def _is_due(self, number: int, now_s: float) -> bool:
        if now_s < number + 1:
            return False
        is_complete = all(last >= number for last in self._reported.values())
        return is_complete or now_s >= number + 1 + _GRACE_S

    def rest(self) -> Iterator[Second]:
        while self._waiting:
            assert self._next is not None
            yield self._waiting.pop(self._next, Second(self._next))
            self._next += 1
