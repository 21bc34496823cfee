"""Settings: how the load goes up, stays and goes down."""

from __future__ import annotations

from foundation.settings.group import Count, Group, PositiveSeconds, Seconds
from loadtest.settings._kinds import CountOrNone, Rate


class PhaseSettings(Group):
    """Idle, ramp, plateau, cooldown."""

    idle_s: Seconds = 10.0
    """Seconds before the load, to see with how many replicas the service starts."""
    idle_rps: Seconds = 5.0
    """Requests per second in the idle and the cooldown phase, to see failures while replicas go."""
    ramp_s: Seconds = 30.0
    """Seconds in which the load grows to its goal."""
    ramp_steps: CountOrNone = 6
    """Equal steps of the ramp; 0 grows every second."""
    plateau_s: PositiveSeconds = 60.0
    """Seconds at the goal."""
    cooldown_s: Seconds = 120.0
    """Seconds after the load in which the replicas go back to the minimum."""
    end_when_back: bool = True
    """Whether the cooldown ends as soon as `rules.end_replicas` are left."""
    users: Count = 64
    """Goal in mode `closed`: users, each with one request at a time."""
    asked_rps: Rate = 1200.0
    """Goal in mode `open`: requests per second."""
