"""Settings: the faults that are injected under load."""

from __future__ import annotations

from typing import Literal

from foundation.settings.group import Group, List, PositiveSeconds, Seconds

FaultName = Literal["new-version", "corrupt-version", "kill-replica", "kill-proxy"]


class ChaosSettings(Group):
    """Faults in the plateau, one after the other."""

    faults: List[FaultName] = ()
    """Which, in this order: new-version, corrupt-version, kill-replica, kill-proxy."""
    first_s: Seconds = 10.0
    """Seconds between the begin of the plateau and the first fault."""
    apart_s: PositiveSeconds = 40.0
    """Seconds from one fault to the next; in that time the service must be whole again."""
