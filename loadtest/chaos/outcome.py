"""What clients saw of a fault."""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.chaos.fault import Injection
from loadtest.record.model import FaultOutcome, LoadSample


def outcome(injection: Injection, load: Sequence[LoadSample], *, retries: int) -> FaultOutcome:
    """Returns the failures between a fault and the next, against those that the goal allows.

    Args:
        injection: The fault.
        load: What clients saw of the whole run.
        retries: How often clients sent a request again. Where they did, no failure is allowed: a
            request that was on the killed process has to succeed when it is sent again.
    """
    seen = [sample for sample in load if injection.t_s <= sample.t_s <= injection.end_s]
    failures = sum(sample.failures for sample in seen)
    allowed = 0 if retries else injection.damage.in_flight
    return FaultOutcome(
        fault=injection.fault,
        t_s=injection.t_s,
        end_s=injection.end_s,
        failures=failures,
        retried=sum(sample.retried for sample in seen),
        allowed=allowed,
        recovered_s=injection.recovered_s,
        passed=failures <= allowed and injection.recovered_s is not None,
        detail=injection.damage.detail,
    )
