"""The phases of a run as they really were."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from loadtest.record.lines import Observation
from loadtest.record.observations import Event, Phase, RunRecord
from loadtest.record.store import Journal
from loadtest.run._observer import Observer
from loadtest.run._phase_watch import PhaseWatch
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
