"""The schedule of the open loop."""

from __future__ import annotations

import itertools

import pytest

from loadtest.traffic._pacer import Pacer


class Hand:
    """A clock that a test moves."""

    now_s = 100.0

    def __call__(self) -> float:
        """Returns the time."""
        return self.now_s


def test_without_a_rate_there_is_no_schedule() -> None:
    """The closed loop."""
    assert Pacer(Hand()).take(users=3) is None


def test_moments_are_spread_evenly_over_all_users() -> None:
    """Four users of 5 requests per second each: one is due every 50 ms, whoever sends it."""
    pace = Pacer(Hand())
    pace.change(5.0)
    moments = [pace.take(users=4) or 0.0 for _ in range(4)]
    gaps = [later - sooner for sooner, later in itertools.pairwise(moments)]
    assert moments[0] == 100.0
    assert gaps == pytest.approx([0.05] * 3)


def test_what_is_overdue_is_not_dropped() -> None:
    """After a stall of a second the moments in it are still handed out: no omission."""
    clock = Hand()
    pace = Pacer(clock)
    pace.change(10.0)
    pace.take(users=1)
    clock.now_s += 1.0
    late = [pace.take(users=1) or 0.0 for _ in range(12)]
    assert sum(moment < clock.now_s - 1e-6 for moment in late) == 9


def test_a_new_rate_keeps_what_is_overdue_and_a_restart_does_not() -> None:
    """The ramp goes on where it was; the cooldown does not make up for the plateau."""
    clock = Hand()
    pace = Pacer(clock)
    pace.change(10.0)
    clock.now_s += 1.0
    pace.change(20.0)
    assert pace.take(users=1) == 100.0
    pace.restart()
    assert pace.take(users=1) == 101.0
