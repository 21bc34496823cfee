"""The replicas are back when there are no more than wanted, for a while."""

from __future__ import annotations

from typing import Any

import pytest

from loadtest.run._phase_watch import BackAtMinimum


class StoppedClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.t_s = 0.0

    def now_s(self) -> float:
        """Returns what the test has set."""
        return self.t_s


class Seen:
    """What a watch has seen last."""

    def __init__(self, target: int, replicas: int) -> None:
        self.target, self.replicas = target, (None,) * replicas


class Watch:
    """A watch whose look a test sets."""

    def __init__(self, *counts: int) -> None:
        self.latest = Seen(*counts)


def test_it_must_stay_so_for_a_while() -> None:
    """A replica that stops still counts, and one that is wanted again."""
    clock: Any = StoppedClock()
    watch: Any = Watch(1, 2)
    back = BackAtMinimum(watch, 1, clock)
    answers = []
    for t_s, counts in (
        (0, (1, 2)),
        (1, (1, 1)),
        (3, (2, 1)),
        (4, (1, 1)),
        (6, (1, 1)),
        (7, (1, 1)),
    ):
        clock.t_s, watch.latest = float(t_s), Seen(*counts)
        answers.append(back())
    assert answers == [False, False, False, False, False, True]


@pytest.mark.parametrize(("watch", "wanted"), [(None, 1), (Watch(1, 1), 0)])
def test_what_nobody_sees_or_wants_is_not_waited_for(watch: Any, wanted: int) -> None:
    """The cooldown then takes its whole time."""
    clock: Any = StoppedClock()
    back = BackAtMinimum(watch, wanted, clock)
    back()
    clock.t_s = 100.0
    assert not back()
