"""Rules about the requests, at their edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from loadtest.record.observations import FaultOutcome, RunRecord
from loadtest.settings.load_test import LoadTestSettings
from loadtest.settings.rules import RuleSettings
from loadtest.verdict._load_rules import failures, p99, sustained_rate
from loadtest.verdict.judge import judge


def with_rates(record: RunRecord, rate: Callable[[float], int]) -> RunRecord:
    """Returns the run with another number of requests in each second."""
    return replace(
        record, load=tuple(replace(sample, requests=rate(sample.t_s)) for sample in record.load)
    )


@pytest.mark.parametrize(
    ("window_s", "held"),
    [(1.0, False), (5.0, True)],
)
def test_one_weak_second_breaks_the_stretch_only_if_every_second_counts(
    good: RunRecord, window_s: float, held: bool
) -> None:
    """The window says what `sustained` means."""
    dip = with_rates(good, lambda t_s: 500 if t_s == 35 else 1200)
    rules = RuleSettings(rps_window_s=window_s)
    assert sustained_rate(dip, rules).passed is held


def test_a_break_of_seconds_is_not_averaged_away(good: RunRecord) -> None:
    """1,900 before and after do not make up for nothing in between."""
    broken = with_rates(good, lambda t_s: 0 if 33 <= t_s <= 38 else 1900)
    result = sustained_rate(broken, RuleSettings())
    assert not result.passed
    assert "lowest 5 s 0/s" in result.measured


def test_a_run_without_a_plateau_fails_and_does_not_crash(good: RunRecord) -> None:
    """Nothing was sustained, nothing was answered."""
    empty = replace(good, phases=())
    assert not sustained_rate(empty, RuleSettings()).passed
    assert not p99(empty, RuleSettings()).passed


def test_failures_after_a_fault_on_purpose_count_for_the_fault(good: RunRecord) -> None:
    """Those before and after it do not."""
    failing = replace(
        good,
        load=tuple(
            replace(sample, failures=1 if sample.t_s in (20, 30, 40) else 0) for sample in good.load
        ),
        faults=(
            FaultOutcome(fault="kill-proxy", t_s=28.0, end_s=35.0, failures=1, retried=0,
                         allowed=1, recovered_s=1.0, passed=True),
        ),
    )  # fmt: skip
    assert failures(failing, RuleSettings()).measured.startswith("2 of")


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
