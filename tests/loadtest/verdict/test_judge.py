"""The verdict as a whole: what passes, what turns it, and which rule is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loadtest.record.observations import RunRecord
from loadtest.settings.load_test import LoadTestSettings
from loadtest.verdict.judge import judge

Spoiled = Callable[[str], RunRecord]
SettingsOf = Callable[..., LoadTestSettings]


def test_a_good_run_passes(good: RunRecord, settings_of: SettingsOf) -> None:
    """All rules, all checks, exit code 0."""
    verdict = judge(good, settings_of())
    assert [r.name for r in (*verdict.rules, *verdict.validity) if not r.passed] == []
    assert (verdict.status, verdict.exit_code) == ("passed", 0)
    assert len(verdict.rules) == 7


@pytest.mark.parametrize(
    ("what", "rule", "measured"),
    [
        ("pinned to one replica", "replicas-seen", "1"),
        ("pinned to one replica", "replicas-answered", "a 100%"),
        ("started with two", "start-replicas", "2"),
        ("stayed at two", "replicas-at-the-end", "2 (2 wanted) 9 s after the load"),
        ("three ran, two answered", "replicas-answered", "a 58%, b 42%, c nothing"),
        ("nobody is named", "replicas-answered", "no answer named its replica"),
        ("too slow", "sustained-rate", "0 s; mean 900/s, lowest 5 s 900/s"),
        ("failing endpoint", "failures", "50 of 60,125: 50 of 500: oops"),
        ("every answer wrong", "sustained-rate", "0 s; mean 0/s"),
        ("slow answers", "p99", "400 ms"),
        ("never saw a replica", "start-replicas", "the replicas could not be seen"),
    ],
)
def test_a_broken_rule_is_named_with_what_was_measured(
    spoiled: Spoiled, settings_of: SettingsOf, what: str, rule: str, measured: str
) -> None:
    """The rule is false, and says why."""
    verdict = judge(spoiled(what), settings_of())
    broken = {result.name: result for result in verdict.rules if not result.passed}
    assert measured in broken[rule].measured
    assert verdict.status != "passed"


@pytest.mark.parametrize(
    ("what", "check", "measured"),
    [
        ("starved generator", "generator-cpu", "97 % (worker-1)"),
        ("generator without CPU", "generator-lag", "400 ms (worker-1)"),
        ("dead worker", "generator-alive", "0; died: worker-1"),
        ("worker never came", "generator-alive", "0"),
        ("worker never came", "generator-cpu", "unknown"),
        ("few users", "users", "40"),
        ("silent generator", "generator-heard", "10.0 s"),
        ("blind", "replicas-watched", "20.0 s"),
        ("never saw a replica", "replicas-watched", "they were never seen"),
        ("interrupted", "complete", "it was interrupted"),
        ("ended early", "complete", "no cooldown"),
    ],
)
def test_a_run_that_proves_nothing_is_invalid(
    spoiled: Spoiled, settings_of: SettingsOf, what: str, check: str, measured: str
) -> None:
    """Never passed, never failed: exit code 2."""
    verdict = judge(spoiled(what), settings_of())
    broken = {result.name: result for result in verdict.validity if not result.passed}
    assert measured in broken[check].measured
    assert (verdict.status, verdict.exit_code) == ("invalid", 2)


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("pinned to one replica", {"rules__min_replicas_seen": 1}),
        ("started with two", {"rules__start_replicas": 2, "rules__end_replicas": 2}),
        ("too slow", {"rules__min_rps": 900}),
        ("failing endpoint", {"rules__max_failures": 50}),
        ("slow answers", {"rules__p99_ms": 400}),
        ("starved generator", {"generator__max_cpu_percent": 97}),
        ("generator without CPU", {"generator__max_lag_ms": 400}),
        ("few users", {"phases__users": 40}),
        ("silent generator", {"generator__max_gap_s": 10, "rules__sustained_s": 20}),
        ("blind", {"replicas__max_gap_s": 20}),
        ("ended early", {"phases__cooldown_s": 0, "rules__end_replicas": 0}),
    ],
)
def test_every_number_is_a_setting(
    spoiled: Spoiled, settings_of: SettingsOf, what: str, changes: dict[str, int]
) -> None:
    """The same run passes where the rule is another one."""
    assert judge(spoiled(what), settings_of(**changes)).status == "passed"


def test_a_plateau_too_short_for_a_first_answer_says_so(
    good: RunRecord, settings_of: SettingsOf
) -> None:
    """Both replicas answered, and yet the rule is false: the reason is in the setting."""
    verdict = judge(good, settings_of(rules__first_answer_s=60))
    (rule,) = [rule for rule in verdict.rules if not rule.passed]
    assert rule.measured == "a 58%, b 42%; none ran in it for 60 s (rules.first_answer_s)"


def test_a_rule_can_be_left_out(good: RunRecord, settings_of: SettingsOf) -> None:
    """0 leaves it out; failures are always counted."""
    names = ("start_replicas", "min_replicas_seen", "min_rps", "p99_ms", "end_replicas")
    none = {f"rules__{name}": 0 for name in names}
    assert [rule.name for rule in judge(good, settings_of(**none)).rules] == ["failures"]


def test_a_service_whose_replicas_nobody_sees_can_still_be_judged(
    spoiled: Spoiled, settings_of: SettingsOf
) -> None:
    """Without the rules about replicas, and without a dashboard."""
    changes = {"replicas__dashboard_url": "", "rules__start_replicas": 0,
               "rules__min_replicas_seen": 0, "rules__end_replicas": 0}  # fmt: skip
    assert judge(spoiled("never saw a replica"), settings_of(**changes)).status == "passed"
