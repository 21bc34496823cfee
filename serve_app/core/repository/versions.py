"""Which versions of a model lie on disk, and which of them a policy wants."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from serve_app.settings.model import VersionPolicy

_INT64 = 2**63
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class VersionFolder:
    """One version on disk; leading zeros in the folder's name do not count."""

    number: int
    path: Path


def scan_models(root: Path) -> list[str]:
    """Returns the names of the model folders below `root`, sorted.

    A folder whose name begins with a dot is somebody's work in progress.

    Raises:
        OSError: `root` cannot be read.
    """
    return sorted(p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))


def scan_versions(model_path: Path) -> dict[int, VersionFolder]:
    """Returns the version folders of one model by number; other entries are ignored.

    Raises:
        OSError: The model folder is gone or cannot be read.
    """
    found: dict[int, VersionFolder] = {}
    for path in sorted(model_path.iterdir()):
        if _NUMBER.fullmatch(path.name) and int(path.name) < _INT64:
            found.setdefault(int(path.name), VersionFolder(int(path.name), path))
    return found


def wanted_versions(numbers: Iterable[int], policy: VersionPolicy) -> list[int]:
    """Returns the versions that `policy` asks for and that exist, newest first."""
    newest_first = sorted(numbers, reverse=True)
    if policy.kind == "latest":
        return newest_first[: policy.latest]
    if policy.kind == "specific":
        return [number for number in newest_first if number in policy.specific]
    return newest_first
