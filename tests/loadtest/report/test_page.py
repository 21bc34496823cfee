from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from loadtest.record.observations import LoadSample, RunRecord
from loadtest.report._page import page
from loadtest.verdict.result import RuleResult, Verdict


def test_the_page_needs_nothing_from_the_network(run: RunRecord, passed: Verdict) -> None:
    """It can be mailed: every script, style and picture is inside."""
    html = page(run, passed)
    assert not re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', html)
    assert "@import" not in html


@pytest.mark.parametrize(
    "words",
    ["1 → 3 replicas", "1,200 requests/s for 40 s", "0 of ", "Requests per second in the plateau",
     "Scale decision: 1 → 3 replicas wanted", "Back to 1", "iris_model", "new-version"],
)  # fmt: skip
def test_the_page_tells_the_story(run: RunRecord, passed: Verdict, words: str) -> None:
    """Growth, load, moments, faults and the model are all in words."""
    assert words in page(run, passed)


def test_a_rule_that_failed_is_marked(run: RunRecord) -> None:
    """A reader sees at once which rule it was."""
    rule = RuleResult(name="p99", title="p99", asked="50 ms", measured="80 ms", passed=False)
    html = page(run, Verdict(rules=(rule,), validity=()))
    assert '<tr class="bad" data-rule="p99">' in html
    assert 'data-status="failed"' in html


def test_what_came_from_outside_cannot_become_markup(run: RunRecord, passed: Verdict) -> None:
    """An error text with a script in it stays a text, in the tables and in the data."""
    evil = "</script><script>alert(1)</script>"
    bad = replace(run.load[50], failures=1, failures_by_cause={evil: 1}, by_replica={evil: 1})
    html = page(replace(run, load=(*run.load[:50], bad, *run.load[51:])), passed)
    assert evil not in html


def test_the_replay_has_a_frame_for_every_second(run: RunRecord, passed: Verdict) -> None:
    """Nothing of the run is left out."""
    found = re.search(r'id="frames">(.*?)</script>', page(run, passed), re.DOTALL)
    assert found
    frames = json.loads(found[1])
    assert [frame["t"] for frame in frames] == [sample.t_s for sample in run.load]


def test_a_run_that_saw_nothing_still_gets_a_page(passed: Verdict) -> None:
    """A run that was interrupted at once has a report as well."""
    empty = RunRecord(started_at="2026-11-22T12:00:00+00:00", settings={})
    assert "Replicas unknown" in page(empty, passed)


def test_a_run_without_a_single_answer_still_gets_a_page(run: RunRecord, passed: Verdict) -> None:
    """A service that was down the whole time is reported, not crashed on."""
    dead = tuple(
        LoadSample(t_s=s.t_s, users=1, asked_rps=None, requests=0, failures=0) for s in run.load
    )
    assert "0 of 0 requests failed" in page(replace(run, load=dead), passed)
