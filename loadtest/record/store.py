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
from typing import Any, Self

from loadtest.errors import RecordError
from loadtest.record.lines import SERIES, Observation, adapter, encode, of_tree
from loadtest.record.observations import RunRecord

JOURNAL = "observations.jsonl"
RECORD = "record.json"


class Journal:
    """The growing record of a run, on disk line by line; any thread may write."""

    def __init__(self, folder: Path, head: RunRecord) -> None:
        self._folder = folder
        self._head = head
        self._seen: list[Observation] = []
        self._lock = threading.Lock()
        self._file = (folder / JOURNAL).open("wb", buffering=0)
        self._file.write(b'{"record":' + adapter(RunRecord).dump_json(head) + b"}\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, observation: Observation) -> None:
        """Keeps an observation; what comes after the end is dropped."""
        line = encode(observation)
        with self._lock:
            if not self._file.closed:
                self._seen.append(observation)
                self._file.write(line)

    def record(self) -> RunRecord:
        with self._lock:
            return _grown(self._head, self._seen)

    def finish(self) -> RunRecord:
        with self._lock:
            self._file.close()
        record = self.record()
        write_record(record, self._folder)
        return record


def write_record(record: RunRecord, folder: Path) -> Path:
    """Whole or not at all."""
    path = folder / RECORD
    incoming = path.with_suffix(".tmp")
    incoming.write_bytes(adapter(RunRecord).dump_json(record, indent=1))
    incoming.replace(path)
    return path


def read_record(folder: Path) -> RunRecord:
    """Of a run that crashed, what it had observed by then; raises a RecordError."""
    try:
        if (folder / RECORD).exists():
            return adapter(RunRecord).validate_json((folder / RECORD).read_bytes())
        return _from_journal((folder / JOURNAL).read_bytes().splitlines())
    except FileNotFoundError as exc:
        raise RecordError(f"{folder}: neither {RECORD} nor {JOURNAL} is there") from exc
    except (OSError, ValueError, LookupError) as exc:
        raise RecordError(f"{folder}: {' '.join(str(exc).split())[:300]}") from exc


def _from_journal(lines: list[bytes]) -> RunRecord:
    head = adapter(RunRecord).validate_python(json.loads(lines[0])["record"])
    seen: list[Observation] = []
    for line in lines[1:]:
        try:
            tree = json.loads(line)
        except ValueError:
            break  # the line that was being written when the run was cut off
        seen.append(of_tree(tree))
    return _grown(head, seen)


def _grown(head: RunRecord, seen: list[Observation]) -> RunRecord:
    series: defaultdict[str, list[Observation]] = defaultdict(list)
    for observation in seen:
        series[SERIES[type(observation)]].append(observation)
    parts: dict[str, Any] = {name: tuple(observed) for name, observed in series.items()}
    return replace(head, **parts)
