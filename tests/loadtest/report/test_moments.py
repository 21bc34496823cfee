from __future__ import annotations

from dataclasses import replace

from loadtest.record.model import Replica, RunRecord
from loadtest.report.moments import moments


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


def test_a_run_that_never_grew_has_no_growth(run: RunRecord) -> None:
    """Nothing is claimed that was not seen."""
    flat = tuple(replace(sample, target=1, replicas=sample.replicas[:1]) for sample in run.replicas)
    names = {moment.name for moment in moments(replace(run, replicas=flat))}
    assert names.isdisjoint({"scale-decision", "replica-ready", "scale-down", "back-to-start"})


def test_without_the_services_settings_no_overload_is_claimed(run: RunRecord) -> None:
    """Overload is relative to the autoscaler's aim."""
    assert "overload" not in {m.name for m in moments(replace(run, environment={}))}


def resized(run: RunRecord, sizes: dict[int, tuple[int, int]]) -> RunRecord:
    """Returns the run with other replicas: from each second on so many wanted and so many there."""
    samples = []
    for sample in run.replicas:
        target, there = next(size for at, size in reversed(sizes.items()) if at <= sample.t_s)
        replicas = tuple(
            Replica(replica_id=f"r{number}", state="running", ongoing=None)
            for number in range(there)
        )
        samples.append(replace(sample, target=target, replicas=replicas))
    return replace(run, replicas=tuple(samples))


def times(run: RunRecord) -> dict[str, float]:
    """Returns when each moment was."""
    return {moment.name: moment.t_s for moment in moments(run)}


def test_a_way_back_that_begins_before_the_load_ends_is_found(run: RunRecord) -> None:
    """Fewer replicas may be enough for the load."""
    seen = times(resized(run, {0: (1, 1), 24: (2, 2), 60: (1, 2), 70: (1, 1)}))
    assert (seen["scale-down"], seen["back-to-start"], seen["load-ends"]) == (60, 70, 80)


def test_of_several_ways_back_the_last_one_counts(run: RunRecord) -> None:
    """Down and up again under the load is not the way back."""
    sizes = {0: (1, 1), 24: (3, 3), 50: (1, 1), 60: (3, 3), 95: (2, 2), 100: (1, 1)}
    seen = times(resized(run, sizes))
    assert (seen["scale-decision"], seen["scale-down"], seen["back-to-start"]) == (24, 95, 100)


def test_replicas_that_stay_have_no_way_back(run: RunRecord) -> None:
    """Nothing is claimed that was not seen."""
    seen = times(resized(run, {0: (1, 1), 24: (2, 2)}))
    assert "replica-ready" in seen
    assert seen.keys().isdisjoint({"scale-down", "back-to-start"})
