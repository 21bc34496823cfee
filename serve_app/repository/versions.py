"""Which versions of a model lie on disk, and which of them a policy wants."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from foundation.repository.layout import version_number
from serve_app.settings import VersionPolicy

_log = logging.getLogger(__name__)


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

    Of two names for one number the first counts, in the order of their characters.

    Raises:
        OSError: The model folder is gone or cannot be read.
    """
    found: dict[int, VersionFolder] = {}
    for path in sorted(model_path.iterdir()):
        number = version_number(path.name)
        if number in found:
            _warn_of_second_name(path, found[number].path)
        elif number is not None:
            found[number] = VersionFolder(number, path)
    return found


@cache
def _warn_of_second_name(path: Path, first: Path) -> None:
    """Logs it once, not at every look."""
    _log.warning("%s is ignored: %s is that version already", path, first)


def wanted_versions(numbers: Iterable[int], policy: VersionPolicy) -> list[int]:
    """Returns the versions that `policy` asks for and that exist, newest first."""
    newest_first = sorted(numbers, reverse=True)
    if policy.kind == "latest":
        return newest_first[: policy.latest]
    if policy.kind == "specific":
        return [number for number in newest_first if number in policy.specific]
    return newest_first
