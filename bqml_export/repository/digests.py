"""Hashing the files of a version folder, and comparing them with its record."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bqml_export.repository.file_list import list_files
from bqml_export.repository.record import FileDigest
from foundation.repository.layout import RECORD_NAME


@dataclass(frozen=True, slots=True)
class Differences:
    """How a folder differs from its record, by relative path.

    Added files are no damage: a warm-up file may be put beside a model at any time.
    """

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def damaged(self) -> str:
        """The recorded files that are gone or have other bytes, as a list for people."""
        return ", ".join(self.missing + self.changed)


def digest_files(folder: Path) -> dict[str, FileDigest]:
    """Returns the digest of every file below `folder` except its record."""
    return {name: digest_file(folder / name) for name in list_files(folder) if name != RECORD_NAME}


def digest_file(path: Path) -> FileDigest:
    with path.open("rb") as file:
        return FileDigest(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def compare(folder: Path, recorded: Mapping[str, FileDigest]) -> Differences:
    found = digest_files(folder)
    return Differences(
        missing=tuple(sorted(recorded.keys() - found.keys())),
        changed=tuple(
            name for name in sorted(recorded.keys() & found.keys()) if recorded[name] != found[name]
        ),
        added=tuple(sorted(found.keys() - recorded.keys())),
    )
