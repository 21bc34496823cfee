"""What was observed is on disk at once, and is read again as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from loadtest.errors import RecordError
from loadtest.record.lines import Observation
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
from loadtest.record.store import JOURNAL, RECORD, Journal, read_record

HEAD = RunRecord(started_at="2026-11-22T12:00:00Z", settings={"a": 1}, environment={"b": [2]})
OBSERVATIONS: tuple[Observation, ...] = (
    Phase(name="idle", start_s=0.0, end_s=5.0),
    LoadSample(t_s=1.0, users=2, asked_rps=None, requests=3, failures=1,
               latencies={1.25: 2, 300.0: 1}, by_replica={"a": 3}, failures_by_cause={"500": 1}),
    ReplicaSample(t_s=1.0, target=1, replicas=(Replica(replica_id="a", state="running"),)),
    GeneratorSample(t_s=1.0, worker="worker-1", cpu_percent=12.5, users=2),
    ServerSample(t_s=1.0, cpu_s=0.5, rss_bytes=10),
    Event(t_s=1.0, kind="note", name="text", detail="\u00fc"),
    FaultOutcome(fault="kill-proxy", t_s=1.0, failures=0, retried=0, allowed=0, recovered_s=None,
                 passed=False),
)  # fmt: skip


def whole() -> RunRecord:
    """Returns the record of all observations."""
    series = ("phases", "load", "replicas", "generator", "server", "events", "faults")
    parts = {name: (one,) for name, one in zip(series, OBSERVATIONS, strict=True)}
    return replace(HEAD, **parts)  # type: ignore[arg-type]


def observed(folder: Path) -> Journal:
    """Returns a journal that holds all observations."""
    journal = Journal(folder, HEAD)
    for observation in OBSERVATIONS:
        journal.add(observation)
    return journal


def test_a_finished_run_is_read_as_it_was(tmp_path: Path) -> None:
    """Keys of latencies are numbers again, absent values absent."""
    assert observed(tmp_path).finish() == whole() == read_record(tmp_path)


def test_a_crashed_run_has_what_was_observed_until_then(tmp_path: Path) -> None:
    """Each line is on disk when it happens; half a line at the end is left out."""
    with observed(tmp_path), (tmp_path / JOURNAL).open("a") as file:
        file.write('{"load": {"t_s": 2.0, "us')
        file.flush()
        assert read_record(tmp_path) == whole()


def test_what_comes_after_the_end_is_dropped(tmp_path: Path) -> None:
    """A thread that is late does no harm."""
    journal = observed(tmp_path)
    record = journal.finish()
    journal.add(OBSERVATIONS[0])
    assert read_record(tmp_path) == record == journal.record()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("other", "", "neither record.json nor observations.jsonl is there"),
        (RECORD, "{}", "started_at"),
        (RECORD, "{", "Invalid JSON"),
        (JOURNAL, '{"record": 1}\n', "dictionary"),
        (JOURNAL, "", "index"),
        (JOURNAL, '{"other": 1}', "record"),
    ],
)
def test_a_folder_that_is_not_ours_is_one_line(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    """It names the folder."""
    (tmp_path / name).write_text(text)
    with pytest.raises(RecordError, match=str(tmp_path)) as caught:
        read_record(tmp_path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
