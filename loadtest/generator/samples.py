"""What a generator has measured, kept in memory."""

from __future__ import annotations

from loadtest.record.lines import Observation
from loadtest.record.observations import Event, GeneratorSample, LoadSample


class Samples:
    """A listener that keeps the load, the busiest process, and what went wrong."""

    def __init__(self) -> None:
        self.load: list[LoadSample] = []
        self.busiest = GeneratorSample(t_s=0.0, worker="", cpu_percent=0.0, users=0)
        self.accidents: list[Event] = []

    def __call__(self, observation: Observation) -> None:
        if isinstance(observation, LoadSample):
            self.load.append(observation)
        elif isinstance(observation, GeneratorSample):
            self.busiest = max(self.busiest, observation, key=lambda each: each.cpu_percent)
        elif isinstance(observation, Event):
            self.accidents.append(observation)

    def between(self, start_s: float, end_s: float) -> list[LoadSample]:
        """The seconds that lie wholly between two times."""
        return [each for each in self.load if start_s <= each.t_s - 1 and each.t_s <= end_s]
