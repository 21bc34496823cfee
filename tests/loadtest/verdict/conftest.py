"""A run that passes every rule, and a way to spoil it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from loadtest.record.observations import (
    Event,
    GeneratorSample,
    LoadSample,
    Phase,
    Replica,
    ReplicaSample,
    RunRecord,
)
from loadtest.settings.load import load, text_source
from loadtest.settings.load_test import LoadTestSettings

IDLE_S, RAMP_S, PLATEAU_S, END_S = 5, 15, 55, 75
SECOND_READY_S, BACK_S = 20, 65


def loads(**changes: Any) -> tuple[LoadSample, ...]:
    """Returns a second per second: 1,200 answers each in ramp and plateau, shared by two."""
    busy = {"requests": 1200, "latencies": {10.0: 1188, 100.0: 12},
            "by_replica": {"a": 700, "b": 500}, **changes}  # fmt: skip
    return tuple(
        LoadSample(t_s=float(t), asked_rps=None, **{"users": 64, "failures": 0, **busy})
        if IDLE_S < t <= PLATEAU_S
        else LoadSample(t_s=float(t), users=1, asked_rps=None, requests=5, failures=0)
        for t in range(1, END_S + 1)
    )


def looks(most: int = 2, least: int = 1) -> tuple[ReplicaSample, ...]:
    """Returns a look per second: `most` replicas from a while after the load came until it went."""
    samples = []
    for t in range(END_S + 1):
        count = most if SECOND_READY_S <= t < BACK_S else least
        replicas = tuple(Replica(replica_id=one, state="running") for one in "abcd"[:count])
        samples.append(ReplicaSample(t_s=float(t), target=count, replicas=replicas))
    return tuple(samples)


def workers(
    cpu_percent: float = 50.0, *, alive: bool = True, lag_ms: float = 20.0
) -> tuple[GeneratorSample, ...]:
    """Returns a second per second of one process that makes the load."""
    return tuple(
        GeneratorSample(t_s=float(t), worker="worker-1", cpu_percent=cpu_percent, users=64,
                        alive=alive or t < PLATEAU_S, lag_ms=lag_ms)
        for t in range(1, END_S + 1)
    )  # fmt: skip


PHASES = (
    Phase(name="idle", start_s=0.0, end_s=IDLE_S),
    Phase(name="ramp", start_s=IDLE_S, end_s=RAMP_S),
    Phase(name="plateau", start_s=RAMP_S, end_s=PLATEAU_S),
    Phase(name="cooldown", start_s=PLATEAU_S, end_s=END_S),
)
GOOD = RunRecord(
    started_at="2026-11-22T12:00:00+00:00",
    settings={},
    phases=PHASES,
    load=loads(),
    replicas=looks(),
    generator=workers(),
)


@pytest.fixture
def good() -> RunRecord:
    """A run that passes."""
    return GOOD


@pytest.fixture
def spoiled() -> Callable[[str], RunRecord]:
    """Returns the run that passes, with one thing gone wrong."""
    interrupted = Event(t_s=30.0, kind="note", name="interrupted", detail="it was interrupted")
    changes: dict[str, dict[str, Any]] = {
        "pinned to one replica": {"replicas": looks(most=1), "load": loads(by_replica={"a": 1200})},
        "started with two": {"replicas": looks(least=2)},
        "stayed at two": {"replicas": tuple(s for s in looks() if s.t_s < BACK_S)},
        "three ran, two answered": {"replicas": looks(most=3)},
        "nobody is named": {"load": loads(by_replica={})},
        "too slow": {"load": loads(requests=900)},
        "failing endpoint": {"load": loads(failures=1, failures_by_cause={"500: oops": 1})},
        "every answer wrong": {"load": loads(failures=1200)},
        "slow answers": {"load": loads(latencies={10.0: 1100, 400.0: 100})},
        "starved generator": {"generator": workers(97.0)},
        "generator without CPU": {"generator": workers(10.0, lag_ms=400.0)},
        "dead worker": {"generator": workers(alive=False)},
        "worker never came": {"generator": ()},
        "few users": {"load": loads(users=40)},
        "silent generator": {"load": tuple(s for s in loads() if not 30 < s.t_s < 40)},
        "blind": {"replicas": tuple(s for s in looks() if not 25 < s.t_s < 45)},
        "never saw a replica": {"replicas": ()},
        "interrupted": {"events": (interrupted,)},
        "ended early": {"phases": PHASES[:3]},
    }
    return lambda name: replace(GOOD, **changes[name])


@pytest.fixture
def settings_of() -> Callable[..., LoadTestSettings]:
    """Returns the default settings with some changes, by dotted key."""
    fixed = {"replicas.dashboard_url": "http://dashboard"}
    return lambda **changes: (
        load(
            text_source(
                {**fixed, **{k.replace("__", "."): str(v) for k, v in changes.items()}}, "test"
            )
        ).settings
    )
