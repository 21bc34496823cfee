"""What is known of the calls of one signature of one version."""

from __future__ import annotations

from dataclasses import dataclass, field

from serve_app.core.batching.pace import Pace


@dataclass(slots=True)
class CallTraits:
    """Changes while the version serves.

    Attributes:
        can_share: Whether rows of several requests may go into one call.
        pace: How long a call takes.
    """

    can_share: bool = False
    pace: Pace = field(default_factory=Pace)
