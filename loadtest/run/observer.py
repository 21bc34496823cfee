"""Takes what every part observes, keeps it, and shows it to who looks on."""

from __future__ import annotations

from typing import Protocol

from loadtest.record.model import (
    Event,
    FaultOutcome,
    GeneratorSample,
    LoadSample,
    Phase,
    ReplicaSample,
    ServerSample,
)
from loadtest.record.store import Journal


class View(Protocol):
    """Somebody who looks on."""

    def on_phase(self, name: str, end_s: float) -> None:
        """Takes the phase that begins, and when it ends."""

    def on_load(self, sample: LoadSample) -> None:
        """Takes one second of load."""

    def on_replicas(self, sample: ReplicaSample) -> None:
        """Takes one look at the replicas."""

    def on_generator(self, sample: GeneratorSample) -> None:
        """Takes one second of one process of the generator."""

    def on_event(self, event: Event) -> None:
        """Takes something that happened."""


class Observer:
    """The one listener of a run; its methods may be called from any thread.

    Args:
        journal: Keeps it all.
        view: Looks on.
    """

    def __init__(self, journal: Journal, view: View) -> None:
        self.journal = journal
        self._view = view

    def on_load(self, sample: LoadSample) -> None:
        """Takes one second of load."""
        self.journal.add(sample)
        self._view.on_load(sample)

    def on_replicas(self, sample: ReplicaSample) -> None:
        """Takes one look at the replicas."""
        self.journal.add(sample)
        self._view.on_replicas(sample)

    def on_generator(self, sample: GeneratorSample) -> None:
        """Takes one second of one process of the generator."""
        self.journal.add(sample)
        self._view.on_generator(sample)

    def on_server(self, sample: ServerSample) -> None:
        """Takes one look at the service's processes."""
        self.journal.add(sample)

    def on_event(self, event: Event) -> None:
        """Takes something that happened."""
        self.journal.add(event)
        self._view.on_event(event)

    def on_fault(self, fault: FaultOutcome) -> None:
        """Takes what clients saw of a fault."""
        self.journal.add(fault)

    def begin_phase(self, phase: Phase) -> None:
        """Takes the phase that begins, with the end that is planned."""
        self.on_event(Event(t_s=phase.start_s, kind="phase", name=phase.name))
        self._view.on_phase(phase.name, phase.end_s)

    def end_phase(self, phase: Phase) -> None:
        """Takes the phase that has ended, with its real end."""
        self.journal.add(phase)
