from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from loadtest.record.observations import Replica, ReplicaSample, RunRecord
from loadtest.report._key_numbers import key_numbers
from loadtest.report._moments import moments

GROWTH = ("scale-decision", "replica-ready", "scale-up", "load-ends", "scale-down", "back-to-start")
"""Load ends at 80 s in the run that these tests take."""


def looks(course: str) -> Iterator[ReplicaSample]:
    """Yields a look per `second:target/running`, or `second:target/running+others` on their way."""
    for text in course.split():
        second, counts = text.split(":")
        target, states = counts.split("/")
        running, others = (int(part) for part in f"{states}+0".split("+")[:2])
        states_of_all = ["running"] * running + ["starting"] * others
        yield ReplicaSample(
            t_s=float(second),
            target=int(target),
            replicas=tuple(
                Replica(replica_id=f"r{number}", state=state, ongoing=30.0)  # type: ignore[arg-type]
                for number, state in enumerate(states_of_all)
            ),
        )


def growth(run: RunRecord, course: str) -> str:
    """Returns the names and seconds of what was found about the replicas, in order."""
    found = moments(replace(run, replicas=tuple(looks(course))))
    return " ".join(f"{m.name}@{m.t_s:g}" for m in found if m.name in GROWTH)


def test_the_moments_are_found_in_their_order(run: RunRecord) -> None:
    """From the first overload to the way back."""
    found = [(moment.name, moment.t_s) for moment in moments(run)]
    assert found == [
        ("overload", 16),
        ("scale-decision", 24),
        ("replica-ready", 30),
        ("plateau", 40),
        ("fault", 60),
        ("load-ends", 80),
        ("scale-down", 95),
        ("back-to-start", 101),
    ]


@pytest.mark.parametrize(
    ("course", "found"),
    [
        pytest.param(
            "1:1/1 20:2/1+1 30:2/2 70:1/1+1 74:1/1 79:1/1 81:1/1 90:1/1",
            "scale-decision@20 replica-ready@30 scale-down@70 back-to-start@74 load-ends@80",
            id="scaled down and back before the load ended",
        ),
        pytest.param(
            "1:1/1 20:2/1+1 30:2/2 79:1/1+1 81:1/1+1 85:1/1",
            "scale-decision@20 replica-ready@30 scale-down@79 load-ends@80 back-to-start@85",
            id="scaled down before the load ended, back after it",
        ),
        pytest.param(
            "1:1/1 20:2/1+1 30:2/2 79:2/2 88:1/1",
            "scale-decision@20 replica-ready@30 load-ends@80 scale-down@88 back-to-start@88",
            id="no look between the load's end and the last replica that went",
        ),
        pytest.param(
            "1:1/1 20:2/1+1 30:2/2 40:1/1+1 44:1/1 50:2/1+1 55:2/2 85:1/1+1 90:1/1",
            "scale-decision@20 replica-ready@30 scale-down@40 scale-up@50 load-ends@80 "
            "scale-down@85 back-to-start@90",
            id="down and up again under load",
        ),
        pytest.param(
            "1:1/1 20:2/1+1 25:3/1+2 30:3/2+1 33:3/3 84:2/2+1 88:1/2+1 90:1/1+1 92:1/1",
            "scale-decision@20 replica-ready@30 load-ends@80 scale-down@84 back-to-start@92",
            id="in steps, up and down",
        ),
        pytest.param(
            "1:1/1 20:1/2 21:2/2 69:2/1 70:1/1+1 71:1/1 90:1/1",
            "replica-ready@20 scale-decision@21 scale-down@70 back-to-start@71 load-ends@80",
            id="the target is told later than the replica",
        ),
        pytest.param(
            "1:2/2 5:1/2 8:1/1 20:2/1+1 30:2/2 85:1/1",
            "scale-down@5 scale-decision@20 replica-ready@30 load-ends@80 scale-down@85",
            id="began with two, of a load before, and went below",
        ),
        pytest.param(
            "1:2/2 10:2/1 15:2/2 20:3/2+1 30:3/3 50:3/2 55:3/3 85:2/2",
            "scale-decision@20 replica-ready@30 load-ends@80 scale-down@85 back-to-start@85",
            id="replicas that died and came again are no growth",
        ),
        pytest.param(
            "1:1/1 20:2/1+1 30:2/2 85:1/1 90:2/2",
            "scale-decision@20 replica-ready@30 load-ends@80 scale-down@85 scale-up@90",
            id="back, and up again: not back",
        ),
        pytest.param(
            "1:1/1 20:2/1+1 30:2/2 90:2/2",
            "scale-decision@20 replica-ready@30 load-ends@80",
            id="never came back",
        ),
        pytest.param(
            "1:1/1 20:2/1+1 50:1/1+1 55:1/1 90:1/1",
            "scale-decision@20 scale-down@50 load-ends@80",
            id="the new replica never ran",
        ),
        pytest.param("1:1/1", "load-ends@80", id="seen once"),
        pytest.param("", "load-ends@80", id="never seen"),
    ],
)
def test_replicas_may_come_and_go_in_any_order(run: RunRecord, course: str, found: str) -> None:
    """What happened is told where it happened, whether the load was still there or not."""
    assert growth(run, course) == found


def test_a_replica_that_goes_under_load_is_called_so(run: RunRecord) -> None:
    """Nobody expects it there; after the load everybody does."""
    course = "1:1/1 20:2/1+1 30:2/2 45:1/1 50:2/2 85:1/1"
    found = moments(replace(run, replicas=tuple(looks(course))))
    assert [moment.title for moment in found if moment.name == "scale-down"] == [
        "Scale-down decision under load: 2 → 1",
        "Scale-down decision: 2 → 1",
    ]


def test_an_overload_seen_late_is_no_cause(run: RunRecord) -> None:
    """Its gauge is seconds old: no time is taken from it to a decision before it."""
    samples = [replace(one, target=3) if one.t_s >= 14 else one for one in run.replicas]
    late = replace(run, replicas=tuple(samples))
    overload = next(moment for moment in moments(late) if moment.name == "overload")
    assert (overload.t_s, overload.title[:36]) == (16, "Overload seen, after the decision: m")
    assert key_numbers(late).overload_to_decision_s is None
    assert key_numbers(late).overload_to_ready_s is None
    assert key_numbers(late).decision_to_ready_s == 30 - 14


def test_a_run_that_never_grew_has_no_growth(run: RunRecord) -> None:
    """Nothing is claimed that was not seen."""
    flat = tuple(replace(sample, target=1, replicas=sample.replicas[:1]) for sample in run.replicas)
    names = {moment.name for moment in moments(replace(run, replicas=flat))}
    assert names.isdisjoint({"scale-decision", "replica-ready", "scale-down", "back-to-start"})


def test_without_the_services_settings_no_overload_is_claimed(run: RunRecord) -> None:
    """Overload is relative to the autoscaler's aim."""
    assert "overload" not in {m.name for m in moments(replace(run, environment={}))}
