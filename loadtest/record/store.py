"""Writes observations as they happen, and the whole record at the end; reads both again.

A run's folder holds `observations.jsonl`, one observation a line, which survives a crash, and at
the end `record.json`.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from loadtest.errors import RecordError
from loadtest.record.model import (
    Event,
    FaultOutcome,
    GeneratorSample,
    LoadSample,
    Phase,
    ReplicaSample,
    RunRecord,
    ServerSample,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Series = Literal["phases", "load", "replicas", "generator", "server", "events", "faults"]
Observation = (
    Phase | LoadSample | ReplicaSample | GeneratorSample | ServerSample | Event | FaultOutcome
)
Kind = TypeVar("Kind")
_SERIES: dict[type[Observation], Series] = {
    Phase: "phases",
    LoadSample: "load",
    ReplicaSample: "replicas",
    GeneratorSample: "generator",
    ServerSample: "server",
    Event: "events",
    FaultOutcome: "faults",
}
JOURNAL = "observations.jsonl"
RECORD = "record.json"


class Journal:
    """The growing record of a run, on disk line by line; any thread may write.

    Args:
        folder: The run's folder; must exist.
        head: The record as it is known before anything is observed.
    """

    def __init__(self, folder: Path, head: RunRecord) -> None:
        self._folder = folder
        self._head = head
        self._seen: defaultdict[Series, list[Observation]] = defaultdict(list)
        self._adapters: dict[type, TypeAdapter[Any]] = {cls: _adapter(cls) for cls in _SERIES}
        self._lock = threading.Lock()
        self._file = (folder / JOURNAL).open("wb", buffering=0)
        self._file.write(b'{"record":' + _adapter(RunRecord).dump_json(head) + b"}\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, observation: Observation) -> None:
        """Keeps an observation; what comes after the end is dropped."""
        series = _SERIES[type(observation)]
        text = self._adapters[type(observation)].dump_json(observation)
        with self._lock:
            if not self._file.closed:
                self._seen[series].append(observation)
                self._file.write(b'{"%s":' % series.encode() + text + b"}\n")

    def record(self) -> RunRecord:
        """Returns everything so far."""
        with self._lock:
            return _grown(self._head, self._seen)

    def finish(self) -> RunRecord:
        """Writes `record.json`, closes the file and returns the record."""
        with self._lock:
            self._file.close()
        record = self.record()
        write_record(record, self._folder)
        return record


def write_record(record: RunRecord, folder: Path) -> Path:
    """Writes `record.json`, whole or not at all, and returns where it is."""
    path = folder / RECORD
    incoming = path.with_suffix(".tmp")
    incoming.write_bytes(_adapter(RunRecord).dump_json(record, indent=1))
    incoming.replace(path)
    return path


def read_record(folder: Path) -> RunRecord:
    """Returns the record of a run; of one that crashed, what it had observed by then.

    Raises:
        RecordError: The folder holds neither file, or one that is not ours.
    """
    try:
        if (folder / RECORD).exists():
            return _adapter(RunRecord).validate_json((folder / RECORD).read_bytes())
        return _from_journal((folder / JOURNAL).read_bytes().splitlines())
    except FileNotFoundError as exc:
        raise RecordError(f"{folder}: neither {RECORD} nor {JOURNAL} is there") from exc
    except (OSError, ValueError, LookupError) as exc:
        raise RecordError(f"{folder}: {' '.join(str(exc).split())[:300]}") from exc


def _from_journal(lines: list[bytes]) -> RunRecord:
    adapters: dict[str, TypeAdapter[Any]] = {
        series: _adapter(cls) for cls, series in _SERIES.items()
    }
    head = _adapter(RunRecord).validate_python(json.loads(lines[0])["record"])
    seen: defaultdict[Series, list[Observation]] = defaultdict(list)
    for line in lines[1:]:
        try:
            [(series, tree)] = json.loads(line).items()
        except ValueError:
            break  # the line that was being written when the run was cut off
        seen[series].append(adapters[series].validate_python(tree))
    return _grown(head, seen)


def _grown(head: RunRecord, seen: dict[Series, list[Observation]]) -> RunRecord:
    parts: dict[str, Any] = {series: tuple(observed) for series, observed in seen.items()}
    return replace(head, **parts)


def _adapter(cls: type[Kind]) -> TypeAdapter[Kind]:
    from pydantic import TypeAdapter  # a tenth of a second, which `--help` has no use for

    return TypeAdapter(cls)
