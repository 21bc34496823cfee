"""The verdict: every rule and every check that the settings ask for."""

from __future__ import annotations

from collections.abc import Iterator

from loadtest.record.observations import RunRecord
from loadtest.settings.load_test import LoadTestSettings
from loadtest.settings.rules import RuleSettings
from loadtest.verdict import _load_rules, _replica_rules
from loadtest.verdict.result import RuleResult, Verdict
from loadtest.verdict.validity import checks


def judge(record: RunRecord, settings: LoadTestSettings) -> Verdict:
    return Verdict(
        rules=tuple(_rules(record, settings.rules)), validity=tuple(checks(record, settings))
    )


def _rules(record: RunRecord, rules: RuleSettings) -> Iterator[RuleResult]:
    if rules.start_replicas:
        yield _replica_rules.start(record, rules)
    if rules.min_replicas_seen:
        yield _replica_rules.grown(record, rules)
        yield _replica_rules.all_answered(record, rules)
    if rules.min_rps:
        yield _load_rules.sustained_rate(record, rules)
    yield _load_rules.failures(record, rules)
    if rules.p99_ms:
        yield _load_rules.p99(record, rules)
    if rules.end_replicas:
        yield _replica_rules.returned(record, rules)
    for outcome in record.faults:
        yield _load_rules.fault(outcome)
