"""The lines between the Locust processes and the generator."""

from __future__ import annotations

import pytest

from loadtest.record.lines import GeneratorState, Observation, decode, encode
from loadtest.record.observations import Event, GeneratorSample, LoadSample

LOAD = LoadSample(
    t_s=2.0, users=3, asked_rps=None, requests=4, failures=1, latencies={1.25: 3, 1200.0: 1},
    by_replica={"r": 4}, failures_by_cause={'503: "x"\n': 1}, retried=1,
)  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        LOAD,
        GeneratorSample(t_s=1.0, worker="w", cpu_percent=5.0, users=1, lag_ms=2.5),
        Event(t_s=1.0, kind="generator", name="worker w", detail="died"),
        GeneratorState(state="failed", text="why"),
    ],
)
def test_a_line_is_read_as_it_was_written(line: Observation | GeneratorState) -> None:
    """One line each, whatever the texts hold."""
    text = encode(line)
    assert (text.count(b"\n"), decode(text)) == (1, line)
