"""Settings: what a run must show to pass."""

from __future__ import annotations

from foundation.settings.group import Group, PositiveSeconds, Seconds
from loadtest.settings._kinds import CountOrNone


class RuleSettings(Group):
    """The rules; a 0 leaves a rule out, but for `max_failures`."""

    start_replicas: CountOrNone = 1
    """Replicas that run before the load."""
    min_replicas_seen: CountOrNone = 2
    """Replicas that must run at the same time under load, and that must each answer requests."""
    first_answer_s: PositiveSeconds = 10.0
    """Seconds that a replica may run under load before its first answer."""
    min_rps: Seconds = 1000.0
    """Good answers per second that the plateau must sustain."""
    sustained_s: PositiveSeconds = 30.0
    """Seconds without a break for which it must."""
    rps_window_s: PositiveSeconds = 5.0
    """Seconds over which the rate is averaged; every such window must reach `min_rps`."""
    max_failures: CountOrNone = 0
    """Failed requests that are allowed in the whole run; 0 allows none."""
    p99_ms: Seconds = 250.0
    """Milliseconds that 99 of 100 requests of the plateau must not exceed."""
    end_replicas: CountOrNone = 1
    """Replicas that are left when the run ends."""
