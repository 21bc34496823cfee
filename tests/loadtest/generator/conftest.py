"""Runs of the real generator, short ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from loadtest.generator.generator import Generator
from loadtest.record.lines import Observation
from loadtest.record.observations import Event, GeneratorSample, LoadSample
from loadtest.run_clock import Clock
from loadtest.settings.load_test import LoadTestSettings

SHORT = {"idle_s": 0, "ramp_s": 0, "plateau_s": 2, "cooldown_s": 0, "users": 4}


@dataclass
class Seen:
    """What a generator has told.

    Attributes:
        begin_s: When the first phase began.
    """

    load: list[LoadSample] = field(default_factory=list)
    processes: list[GeneratorSample] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    begin_s: float = 0.0

    def __call__(self, observation: Observation) -> None:
        """Keeps it."""
        if isinstance(observation, LoadSample):
            self.load.append(observation)
        elif isinstance(observation, GeneratorSample):
            self.processes.append(observation)
        elif isinstance(observation, Event):
            self.events.append(observation)

    def total(self, name: str) -> Any:
        """Returns the sum of a field over all seconds."""
        return sum(getattr(each, name) for each in self.load)

    def counted(self, name: str) -> dict[Any, int]:
        """Returns the sum of a field that counts by something."""
        result: dict[Any, int] = {}
        for each in self.load:
            for key, number in getattr(each, name).items():
                result[key] = result.get(key, 0) + number
        return result


def settings_for(url: str, **groups: Any) -> LoadTestSettings:
    """Returns settings for a short run against a service."""
    tree = {
        "target": {"url": url, **groups.pop("target", {})},
        "phases": {**SHORT, **groups.pop("phases", {})},
        "rules": {"sustained_s": 1},
        **groups,
    }
    return LoadTestSettings.model_validate(tree)


@pytest.fixture
def make_settings() -> Callable[..., LoadTestSettings]:
    """`settings_for`, for tests (test modules cannot import from here)."""
    return settings_for


@pytest.fixture
def run() -> Callable[..., Seen]:
    """Runs a generator until its last phase has ended."""

    def run_whole(url: str, **groups: Any) -> Seen:
        seen = Seen()
        with Generator(settings_for(url, **groups), Clock.start(), seen) as generator:
            generator.start()
            seen.begin_s = generator.begin()
            assert generator.wait(60)
        return seen

    return run_whole


@pytest.fixture
def seen() -> Seen:
    """Nothing yet."""
    return Seen()
