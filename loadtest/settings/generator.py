"""Settings: the processes that make the load, and when they were the limit."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from foundation.settings.group import Group, Port, PositiveSeconds, Seconds
from loadtest.settings._kinds import CountOrNone, Share


class GeneratorSettings(Group):
    """Locust: its processes here and elsewhere."""

    processes: CountOrNone = 1
    """Locust processes on this machine; each uses up to one core."""
    workers: CountOrNone = 0
    """Locust workers that connect from other machines."""
    master_host: str = "127.0.0.1"
    """Address on which the master listens for workers; 0.0.0.0 for those of other machines."""
    master_port: Port | None = None
    """Port of the master; none takes a free one, or 5557 where other machines have to know it."""
    start_timeout_s: PositiveSeconds = 60.0
    """Seconds in which all of them must be ready."""
    max_cpu_percent: Annotated[float, Field(gt=0, le=100)] = 90.0
    """CPU of a process, of one core, above which the generator was the limit."""
    cpu_window_s: PositiveSeconds = 5.0
    """Seconds over which CPU and lag are averaged: one busy second is no limit."""
    max_lag_ms: Annotated[float, Field(gt=0)] = 200.0
    """Milliseconds that a process woke too late in each second, averaged over `cpu_window_s`, above
    which it did not get the CPU it asked for: others had it, and latencies are too long by that."""
    max_gap_s: PositiveSeconds = 3.0
    """Seconds without a word from the generator, after which it was the limit."""
    min_asked_share: Share = 0.98
    """Share of the asked rate (mode `open`) below which the generator was the limit."""
    preflight_factor: Annotated[float, Field(ge=0, le=100)] = 2.0
    """The generator must first send this many times the goal to a stub; 0 leaves the proof out."""
    preflight_s: Seconds = 4.0
    """Seconds of that proof."""

    @model_validator(mode="after")
    def _somebody_sends(self) -> Self:
        if not self.processes + self.workers:
            raise ValueError("processes and workers are both 0: nobody would send a request")
        return self

    @model_validator(mode="after")
    def _only_our_processes_prove_themselves(self) -> Self:
        if self.workers and self.preflight_factor:
            raise ValueError(
                "workers of other machines cannot reach the stub of the preflight: "
                "set preflight_factor to 0"
            )
        return self
