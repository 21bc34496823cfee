from __future__ import annotations

from collections.abc import Sequence

from loadtest.record.counts import percentile, summed
from loadtest.record.observations import FaultOutcome, LoadSample, RunRecord
from loadtest.settings.rules import RuleSettings
from loadtest.verdict._evidence import load_in, window_means
from loadtest.verdict.result import RuleResult

_CAUSES_NAMED = 3
_FAILURES = "Failed requests in the whole run"


def sustained_rate(record: RunRecord, rules: RuleSettings) -> RuleResult:
    plateau = load_in(record, "plateau")
    window = max(1, round(rules.rps_window_s))
    means = window_means([s.requests - s.failures for s in plateau], window)
    stretch = _longest(means, rules.min_rps)
    held_s = stretch + window - 1 if stretch else 0
    mean = sum(s.requests - s.failures for s in plateau) / len(plateau) if plateau else 0.0
    return RuleResult(
        name="sustained-rate",
        title="Good answers per second, sustained in the plateau",
        asked=f"at least {rules.min_rps:g}/s for {rules.sustained_s:g} s without a break",
        measured=f"{held_s} s; mean {mean:,.0f}/s, "
        f"lowest {window} s {min(means, default=0.0):,.0f}/s",
        passed=held_s >= rules.sustained_s,
    )


def _longest(means: Sequence[float], at_least: float) -> int:
    longest = current = 0
    for mean in means:
        current = current + 1 if mean >= at_least else 0
        longest = max(longest, current)
    return longest


def failures(record: RunRecord, rules: RuleSettings) -> RuleResult:
    counted = [sample for sample in record.load if not _during_a_fault(sample, record)]
    failed = sum(sample.failures for sample in counted)
    causes = summed(sample.failures_by_cause for sample in counted)
    named = ", ".join(f"{count} of {cause}" for cause, count in causes.most_common(_CAUSES_NAMED))
    total = sum(sample.requests for sample in counted)
    return RuleResult(
        name="failures",
        title="Failed requests apart from the faults" if record.faults else _FAILURES,
        asked=f"at most {rules.max_failures}",
        measured=f"{failed} of {total:,}" + (f": {named}" if named else ""),
        passed=failed <= rules.max_failures,
    )


def _during_a_fault(sample: LoadSample, record: RunRecord) -> bool:
    return any(fault.t_s <= sample.t_s <= fault.end_s for fault in record.faults)


def p99(record: RunRecord, rules: RuleSettings) -> RuleResult:
    latency_ms = percentile(summed(s.latencies for s in load_in(record, "plateau")), 0.99)
    return RuleResult(
        name="p99",
        title="99th percentile of the latency in the plateau",
        asked=f"at most {rules.p99_ms:g} ms",
        measured="nothing was answered" if latency_ms is None else f"{latency_ms:g} ms",
        passed=latency_ms is not None and latency_ms <= rules.p99_ms,
    )


def fault(outcome: FaultOutcome) -> RuleResult:
    healed = (
        "not whole again in time"
        if outcome.recovered_s is None
        else f"whole again after {outcome.recovered_s:.1f} s"
    )
    detail = f"; {outcome.detail}" if outcome.detail else ""
    return RuleResult(
        name=f"fault-{outcome.fault}",
        title=f"Failed requests after the fault {outcome.fault}",
        asked=f"at most {outcome.allowed}, and whole again",
        measured=f"{outcome.failures} failed, {outcome.retried} succeeded when sent again, "
        f"{healed}{detail}",
        passed=outcome.passed,
    )
