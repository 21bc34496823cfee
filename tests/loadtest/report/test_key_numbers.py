from __future__ import annotations

from dataclasses import replace

import pytest

from loadtest.record.observations import RunRecord
from loadtest.report._key_numbers import key_numbers


def test_the_plateau_alone_counts_for_its_rate_and_latency(run: RunRecord) -> None:
    """Neither ramp nor cooldown flatter or spoil them."""
    summary = key_numbers(run)
    assert summary.plateau_rps == 1200
    assert (summary.plateau_p50_ms, summary.plateau_p99_ms) == (3.0, 9.0)


def test_the_way_from_overload_to_a_new_replica_is_taken_apart(run: RunRecord) -> None:
    """Ray's decision and the replica's start are told one from the other."""
    summary = key_numbers(run)
    assert summary.overload_to_decision_s == 24 - 16
    assert summary.decision_to_ready_s == 30 - 24
    assert summary.overload_to_ready_s == 30 - 16


def test_shares_add_up_and_name_every_replica(run: RunRecord) -> None:
    """The balance is of answers that were really given."""
    shares = key_numbers(run).shares
    assert len(shares) == 3
    assert sum(share.share for share in shares) == pytest.approx(1)
    assert shares[0].answers > shares[1].answers == shares[2].answers


def test_the_rate_per_replica_is_measured_before_and_after_growth(run: RunRecord) -> None:
    """One replica alone carried more each than three do together."""
    summary = key_numbers(run)
    assert summary.rps_per_replica_before is not None
    assert summary.rps_per_replica_after == 400
    assert summary.rps_per_replica_before > summary.rps_per_replica_after


def test_cpu_per_request_is_of_the_plateau(run: RunRecord) -> None:
    """1.2 CPU seconds a second for 1,200 requests a second are a millisecond each."""
    assert key_numbers(run).server_cpu_ms_per_request == pytest.approx(1.0)


def test_what_was_not_measured_is_none_and_not_zero(run: RunRecord) -> None:
    """A remote service's CPU is unknown, a run without plateau has no rate."""
    summary = key_numbers(replace(run, server=(), phases=(), replicas=()))
    assert summary.server_cpu_ms_per_request is None
    assert summary.plateau_rps is None
    assert summary.most_replicas is None
