"""Settings: the service that a run starts on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from foundation.settings.group import Group, List, PositiveSeconds


class ServiceSettings(Group):
    """A service of the run's own; it is stopped at the end, with all of its processes."""

    start: bool = False
    """Whether the run starts one, on free ports, instead of going to `target.url`."""
    root: Path = Path("serving_dir")
    """Model repository that it serves."""
    config: Path | None = None
    """YAML file of its settings."""
    set: List[Annotated[str, Field(pattern=r"^[a-z_.]+=")]] = (
        "autoscaling.max_replicas=2",
        "autoscaling.downscale_delay_s=10",
        "autoscaling.target_ongoing_requests=0.5",
        "replica.max_ongoing_requests=128",
    )
    """More of its settings, KEY=VALUE; as they are, two cores can run the test in two minutes: a
    request is in a replica for half a millisecond, so at 2,000 requests/s there is one on average,
    and two cores that the generator shares cannot bring a replica to the default aim of eight."""
    start_timeout_s: PositiveSeconds = 180.0
    """Seconds until it must have answered its first prediction."""
    poll_s: PositiveSeconds = 1.0
    """Seconds between two looks at the CPU and memory of its processes."""
