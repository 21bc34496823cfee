"""How long to wait for a rollout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WaitTimes:
    """How long to wait for what, in seconds.

    Args:
        timeout_s: For the whole rollout.
        poll_s: Between two looks.
        settle_s: For which it must be done without a break: after a change of serveConfigV2 the
            status still shows the old application for a moment.
        failing_s: For which a failure must last: the status may still show the last one.
        frozen_s: For which a rollout must look frozen to be told so: a dashboard starts after its
            head, within a minute or two.
    """

    timeout_s: float = 1200.0
    poll_s: float = 2.0
    settle_s: float = 10.0
    failing_s: float = 30.0
    frozen_s: float = 120.0
