from __future__ import annotations

from dataclasses import replace

from loadtest.record.model import RunRecord
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
