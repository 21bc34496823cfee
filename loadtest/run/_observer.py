from __future__ import annotations

from typing import Protocol

from loadtest.record.lines import Observation
from loadtest.record.observations import Event, Phase
from loadtest.record.store import Journal


class View(Protocol):
    def __call__(self, observation: Observation) -> None:
        """Takes an observation when it is made."""

    def begin_phase(self, phase: Phase) -> None:
        """The phase has the end that is planned."""


class Observer:
    """The one listener of a run; any thread may call it."""

    def __init__(self, journal: Journal, view: View) -> None:
        self.journal = journal
        self._view = view

    def __call__(self, observation: Observation) -> None:
        self.journal.add(observation)
        self._view(observation)

    def begin_phase(self, phase: Phase) -> None:
        self(Event(t_s=phase.start_s, kind="phase", name=phase.name))
        self._view.begin_phase(phase)
