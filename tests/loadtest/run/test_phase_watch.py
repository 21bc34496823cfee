"""The phases of a run as they really were."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loadtest.record.lines import Observation
from loadtest.record.observations import Event, Phase, RunRecord
from loadtest.record.store import Journal
from loadtest.run._observer import Observer
from loadtest.run._phase_watch import BackAtMinimum, PhaseWatch
from loadtest.run_clock import Clock

PLAN = (
    Phase(name="plateau", start_s=0.0, end_s=0.3),
    Phase(name="cooldown", start_s=0.3, end_s=60),
)


class Looker:
    """Looks on at phases and events only."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def begin_phase(self, phase: Phase) -> None:
        """Keeps it."""
        self.seen.append(f"{phase.name} until {phase.end_s:g}")

    def __call__(self, observation: Observation) -> None:
        """Keeps it if it is an event."""
        if isinstance(observation, Event):
            self.seen.append(observation.name)


@pytest.fixture
def looker() -> Looker:
    """Who looks on."""
    return Looker()


@pytest.fixture
def observer(tmp_path: Path, looker: Looker) -> Iterator[Observer]:
    """Keeps the phases."""
    with Journal(tmp_path, RunRecord(started_at="", settings={})) as journal:
        yield Observer(journal, looker)


class Endless:
    """A generator that goes on, unless it is told to end."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Returns whether it was told to."""
        return self.over.wait(timeout_s)


def test_the_cooldown_ends_when_there_is_nothing_more_to_see(
    observer: Observer, looker: Looker
) -> None:
    """Its real end is kept."""
    reason = PhaseWatch(PLAN, Clock.start(), observer).follow(Endless(), lambda: True)
    plateau, cooldown = observer.journal.record().phases
    assert (reason, plateau.end_s) == ("", 0.3)
    assert cooldown.end_s < 20
    assert looker.seen == ["plateau", "plateau until 0.3", "cooldown", "cooldown until 60"]


def test_a_generator_that_ends_early_ends_the_run(observer: Observer) -> None:
    """It says in which phase."""
    generator = Endless()
    generator.over.set()
    plan = (Phase(name="ramp", start_s=0.0, end_s=60.0), PLAN[1])
    reason = PhaseWatch(plan, Clock.start(), observer).follow(generator, lambda: False)
    assert reason == "the load generator ended in the ramp"
    assert [phase.name for phase in observer.journal.record().phases] == ["ramp"]


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
