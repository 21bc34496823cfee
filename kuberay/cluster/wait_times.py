"""How long to wait for a rollout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WaitTimes:
    """In seconds: for the whole rollout (`timeout_s`), and between two looks (`poll_s`).

    For `settle_s` it must be done without a break: after a change of serveConfigV2 the status
    still shows the old application for a moment. For `failing_s` a failure must last: the status
    may still show the last one. For `frozen_s` a rollout must look frozen to be told so: a
    dashboard starts after its head, within a minute or two.
    """

    timeout_s: float = 1200.0
    poll_s: float = 2.0
    settle_s: float = 10.0
    failing_s: float = 30.0
    frozen_s: float = 120.0
