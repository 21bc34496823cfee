"""Publishing: a complete version folder appears by one rename, or nothing does."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from bqml_export.errors import PublishError
from bqml_export.repository.digests import digest_files
from bqml_export.repository.durable import sync
from bqml_export.repository.export_kind import require_servable
from bqml_export.repository.file_list import list_files
from bqml_export.repository.incoming import incoming_folder
from bqml_export.repository.record import Record, now, tool_version, write_record
from bqml_export.repository.saved_model_folder import inspect_saved_model
from bqml_export.repository.versions import Version, model_folder, taken_numbers
from foundation.repository.layout import MAX_VERSION

_TAKEN = {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}

Fill = Callable[[Path], Record]
"""Puts the files of an export into an empty folder and returns what is known about the model."""


def publish(root: Path, model: str, version: int | None, *, source: str, fill: Fill) -> Version:
    """Returns the version that was published from the files that `fill` brought.

    A process that is killed at any point leaves a complete version folder or none.

    Args:
        root: The repository root; it is created when it does not exist.
        model: The model's name in URLs.
        version: The number to publish as; None takes the next free one.
        source: What the user called the export, for errors.
        fill: Brings the files and the knowledge.

    Raises:
        ExportLayoutError: The files are not an export that can be served.
        PublishError: The version exists already.
    """
    folder = model_folder(root, model)
    require_free(folder, version)
    _make_folder(root)
    _make_folder(folder)
    with incoming_folder(folder) as incoming:
        record = fill(incoming)
        write_record(incoming, _completed(incoming, record, source))
        _seal(incoming)
        return _rename(incoming, folder, version)


def require_free(folder: Path, version: int | None) -> None:
    """Returns when the explicit `version` may be published in the model's folder.

    Raises:
        PublishError: It exists already; a version is never overwritten.
    """
    if version is not None and version in taken_numbers(folder):
        raise PublishError(
            f"version {version} of {folder.name} exists already and is never overwritten",
            hint=f"leave --version out to publish as {next_number(folder)}",
        )


def next_number(folder: Path) -> int:
    """Returns the number after the highest one in the model's folder.

    Raises:
        PublishError: There is none left.
    """
    number = max(taken_numbers(folder), default=0) + 1
    if number > MAX_VERSION:
        raise PublishError(
            f"{folder} has the highest version that there is",
            hint="give a free --version",
        )
    return number


def _completed(incoming: Path, record: Record, source: str) -> Record:
    require_servable(list_files(incoming), source)
    summary = inspect_saved_model(incoming, source)
    return replace(
        record,
        tensorflow_version=summary.tensorflow_version,
        signatures={name: asdict(signature) for name, signature in summary.signatures.items()},
        published_at=now(),
        tool_version=tool_version(),
        files=digest_files(incoming),
    )


def _seal(incoming: Path) -> None:
    """Makes every byte durable and readable before the name that announces it exists."""
    for folder, _, names in os.walk(incoming, topdown=False):
        for name in names:
            sync(Path(folder, name), mode=0o644)
        sync(Path(folder), mode=0o755)


def _rename(incoming: Path, folder: Path, version: int | None) -> Version:
    while True:
        number = version or next_number(folder)
        try:
            # rename onto an existing version fails, because that folder is not empty
            incoming.rename(folder / str(number))
        except OSError as exc:
            if exc.errno not in _TAKEN:
                raise
            require_free(folder, version)
            continue
        sync(folder)
        return Version(folder.name, number, folder / str(number))


def _make_folder(folder: Path) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o755, exist_ok=True)
        sync(path, mode=0o755)
        sync(path.parent)
