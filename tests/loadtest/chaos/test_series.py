"""Faults follow one another in the plateau, each with its own time to heal."""

from __future__ import annotations

import threading

from loadtest.chaos._fault import Damage, Fault
from loadtest.chaos.series import FaultSeries
from loadtest.errors import ServiceError
from loadtest.record.observations import Event
from loadtest.run_clock import Clock
from loadtest.settings.chaos import ChaosSettings

PLAN = ChaosSettings(first_s=0.0, apart_s=1.5)


class Scripted(Fault):
    """A fault that is healed or not, or cannot be injected."""

    def __init__(self, name: str, *, heals: bool = True, works: bool = True) -> None:
        self.name, self._heals, self._works = name, heals, works
        self.undone = False

    def inject(self) -> Damage:
        """Does nothing to anybody."""
        if not self._works:
            raise ServiceError("nothing to break")
        return Damage(4, "broke it")

    def recovered(self) -> bool:
        """Tells what the script says."""
        return self._heals

    def undo(self) -> None:
        """Is remembered."""
        self.undone = True


def test_each_fault_is_injected_healed_and_undone_in_its_turn() -> None:
    """One that cannot be injected is no success, and keeps nobody waiting."""
    events: list[Event] = []
    faults = [Scripted("a"), Scripted("b", heals=False), Scripted("c", works=False)]
    series = FaultSeries(PLAN, faults, 0.0, Clock.start(), events.append)
    series.start()
    series.join()
    a, b, c = series.injections
    assert (a.fault, a.damage.in_flight) == ("a", 4)
    assert a.recovered_s is not None
    assert a.end_s <= b.t_s
    assert (b.recovered_s, c.recovered_s) == (None, None)
    assert c.damage.detail == "could not be injected: nothing to break"
    assert [fault.undone for fault in faults] == [True, True, False]
    assert [event.name for event in events] == ["a", "a healed", "b", "c"]


def test_the_end_of_the_run_ends_the_series() -> None:
    """No fault is injected after it; the one at work is undone."""
    begun = threading.Event()
    first, second = Scripted("a", heals=False), Scripted("b")
    plan = ChaosSettings(first_s=0.0, apart_s=60.0)
    series = FaultSeries(plan, [first, second], 0.0, Clock.start(), lambda _event: begun.set())
    series.start()
    assert begun.wait(60)
    series.end()
    assert ([i.fault for i in series.injections], first.undone) == (["a"], True)
