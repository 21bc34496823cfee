"""When the users of one process send: a schedule of moments that whoever is free takes."""

from __future__ import annotations

from collections.abc import Callable


class Pacer:
    """Moments at which requests are due, at a rate for all users of the process together.

    A user that is still waiting for its answer holds nothing up: another one takes the next moment.
    Moments that nobody was free for are not dropped but sent late, and their latency counts from
    when they were due (no coordinated omission).
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rps_per_user: float | None = None
        self._next_s = 0.0

    @property
    def rps_per_user(self) -> float | None:
        """None lets each user send as soon as it is answered."""
        return self._rps_per_user

    def change(self, rps_per_user: float | None) -> None:
        """What is overdue at the old rate is still to be sent."""
        if self._rps_per_user is None:
            self.restart()
        self._rps_per_user = rps_per_user

    def restart(self) -> None:
        self._next_s = self._clock()

    def take(self, users: int) -> float | None:
        """The moment may lie in the past; None where there is no schedule."""
        if not self._rps_per_user:
            return None
        due_s = self._next_s
        self._next_s = due_s + 1.0 / (self._rps_per_user * max(users, 1))
        return due_s
