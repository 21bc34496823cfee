"""What lies in a repository: each version with its record, its labels and its gate's verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bqml_export.errors import PublishError
from bqml_export.parity.report import files_digest, read_report
from bqml_export.repository.labels import read_labels
from bqml_export.repository.record import Record, read_record
from bqml_export.repository.versions import Version, models_of, versions_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One version, with the labels that point at it."""

    version: Version
    record: Record
    """An empty one where there is none to read."""
    labels: tuple[str, ...]
    parity: str | None
    """`passed`, `failed`, `stale` for a report about other files, or None."""


def inventory(root: Path, warn: Callable[[str], None]) -> list[Entry]:
    """Returns every version below `root`, by model and number.

    A file that cannot be read is told to `warn` and hides no other version.
    """
    return [entry for model in models_of(root) for entry in _entries(root, model, warn)]


def _entries(root: Path, model: str, warn: Callable[[str], None]) -> list[Entry]:
    versions = versions_of(root, model)
    labels: dict[str, int] = {}
    try:
        labels = read_labels(root / model)
    except PublishError as exc:
        warn(f"warning: {exc}")
    numbers = {version.number for version in versions}
    for label, number in labels.items():
        if number not in numbers:
            warn(f"warning: {model}: {label} points at version {number}, which is not there")
    return [_entry(version, labels, warn) for version in versions]


def _entry(version: Version, labels: dict[str, int], warn: Callable[[str], None]) -> Entry:
    record, parity = Record(), None
    try:
        record = read_record(version.folder) or Record()
        if report := read_report(version):
            same = report.files_sha256 == files_digest(record.files or {})
            parity = report.verdict if same else "stale"
    except PublishError as exc:
        warn(f"warning: {exc}")
    own = tuple(sorted(label for label, number in labels.items() if number == version.number))
    return Entry(version, record, own, parity)
