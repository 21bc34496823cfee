"""Settings: the capacity plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from foundation.settings.group import Count, Group, PositiveSeconds
from loadtest.settings._kinds import Rate


class PlanSettings(Group):
    """How one replica is measured, and for what load the service is planned."""

    p99_ms: Rate = 50.0
    """Latency goal: milliseconds that 99 of 100 requests must not exceed."""
    wanted_rps: Rate = 2000.0
    """Requests per second at the peak that the service is planned for."""
    headroom: Annotated[float, Field(ge=0, le=10)] = 0.3
    """Share on top of `wanted_rps`: one replica may fail, another may be starting."""
    min_replicas: Count = 2
    """Replicas that are always there; with 2 one may fail."""
    max_users: Count = 32
    """Users of the last step, each with one request at a time."""
    steps: Annotated[int, Field(ge=2, le=100)] = 8
    """Equal steps up to `max_users`."""
    step_s: Annotated[float, Field(ge=3, allow_inf_nan=False)] = 6.0
    """Seconds of a step."""
    settle_s: PositiveSeconds = 1.0
    """Seconds at the begin of a step that do not count."""
    replicas_per_worker: Count = 3
    """Replicas in one worker of a cluster."""
    folder: Path = Path("plan")
    """Where the plan is written."""
