"""A run as it is observed when everything goes well: 1 to 3 replicas and back."""

from __future__ import annotations

import math

import pytest

from loadtest.record.observations import (
    Event,
    FaultOutcome,
    GeneratorSample,
    LoadSample,
    Phase,
    Replica,
    ReplicaSample,
    RunRecord,
    ServerSample,
)
from loadtest.verdict.result import RuleResult, Verdict

IDLE_S, RAMP_S, PLATEAU_S, END_S = 10, 40, 80, 110
DECIDED_S, READY_S, DOWN_S, BACK_S = 24, 30, 95, 101


def wanted(second: int) -> int:
    """Returns the replicas that are wanted in a second."""
    return 3 if DECIDED_S <= second < DOWN_S else 1


def replicas_at(second: int) -> tuple[Replica, ...]:
    """Returns the replicas of a second: two come, and go again."""
    late = "starting" if second < READY_S else "running" if second < DOWN_S else "stopping"
    count = 3 if DECIDED_S <= second < BACK_S else 1
    ongoing = 30.0 if 15 < second < READY_S else 4.0
    return tuple(
        Replica(
            replica_id=f"bqml#ModelServer#replica{number}",
            state="running" if number == 0 else late,  # type: ignore[arg-type]
            ongoing=ongoing if number == 0 or late == "running" else None,
        )
        for number in range(count)
    )


def load_at(second: int) -> LoadSample:
    """Returns the load of a second."""
    share = min(1.0, max(0.0, (second - IDLE_S) / (RAMP_S - IDLE_S)))
    rps = int(1200 * share) if second <= PLATEAU_S else 5
    slow_ms = 40.0 if 15 < second < READY_S else 9.0
    answering = [one.replica_id for one in replicas_at(second) if one.state == "running"]
    return LoadSample(
        t_s=float(second),
        users=int(64 * share),
        asked_rps=1200 * share,
        requests=rps,
        failures=0,
        latencies={3.0: rps - rps // 50, slow_ms: rps // 50} if rps else {},
        by_replica={one: rps // len(answering) for one in answering},
    )


def growth() -> RunRecord:
    """Returns the whole run."""
    seconds = range(1, END_S + 1)
    return RunRecord(
        started_at="2026-11-22T12:00:00+00:00",
        settings={"rules": {"min_rps": 1000, "p99_ms": 50}},
        environment={
            "machine": {"cpus": 2},
            "service": {"autoscaling": {"target_ongoing_requests": 8.0}},
            "model": {"name": "iris_model", "version": 1},
        },
        phases=(
            Phase(name="idle", start_s=0, end_s=IDLE_S),
            Phase(name="ramp", start_s=IDLE_S, end_s=RAMP_S),
            Phase(name="plateau", start_s=RAMP_S, end_s=PLATEAU_S),
            Phase(name="cooldown", start_s=PLATEAU_S, end_s=END_S),
        ),
        load=tuple(load_at(second) for second in seconds),
        replicas=tuple(
            ReplicaSample(t_s=float(s), target=wanted(s), replicas=replicas_at(s)) for s in seconds
        ),
        generator=tuple(
            GeneratorSample(t_s=float(s), worker="1", cpu_percent=40 + math.sin(s), users=64)
            for s in seconds
        ),
        server=tuple(ServerSample(t_s=float(s), cpu_s=1.2 * s, rss_bytes=2**30) for s in seconds),
        events=(Event(t_s=24.0, kind="replica", name="replica1", detail="starting"),),
        faults=(
            FaultOutcome(fault="new-version", t_s=60.0, failures=0, retried=0, allowed=0,
                         recovered_s=1.5, passed=True),
        ),
    )  # fmt: skip


@pytest.fixture
def run() -> RunRecord:
    """The whole run."""
    return growth()


@pytest.fixture
def passed() -> Verdict:
    """A verdict in which every rule passed."""
    rule = RuleResult(name="min-rps", title="Requests per second in the plateau",
                      asked="at least 1,000 for 30 s", measured="1,200", passed=True)  # fmt: skip
    check = RuleResult(name="generator-cpu", title="The generator had CPU to spare",
                       asked="at most 90 %", measured="41 %", passed=True)  # fmt: skip
    return Verdict(rules=(rule,), validity=(check,))
