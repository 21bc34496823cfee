"""One rule per injected fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from loadtest.record.observations import FaultOutcome, RunRecord
from loadtest.settings.load_test import LoadTestSettings
from loadtest.verdict.judge import judge


def test_a_fault_that_cost_too_much_fails_the_run(
    good: RunRecord, settings_of: Callable[..., LoadTestSettings]
) -> None:
    """By a rule that is named after the fault."""
    lost = FaultOutcome(
        fault="kill-replica", t_s=30.0, end_s=40.0, failures=9, retried=3, allowed=4,
        recovered_s=None, passed=False, detail="a, one of 2",
    )  # fmt: skip
    verdict = judge(replace(good, faults=(lost,)), settings_of())
    rule = verdict.rules[-1]
    assert (rule.name, rule.passed, verdict.status) == ("fault-kill-replica", False, "failed")
    assert rule.measured == (
        "9 failed, 3 succeeded when sent again, not whole again in time; a, one of 2"
    )
