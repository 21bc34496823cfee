"""Publishing: a complete version folder appears by one rename, or nothing does."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from bqml_export.repository._incoming import incoming_folder
from bqml_export.repository.digests import digest_files
from bqml_export.repository.durable import sync
from bqml_export.repository.export_kind import require_servable
from bqml_export.repository.file_list import list_files
from bqml_export.repository.record import Record, now, tool_version, write_record
from bqml_export.repository.saved_model_folder import inspect_saved_model
from bqml_export.repository.versions import Version, model_folder, next_number, require_free

_TAKEN = {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}

Fill = Callable[[Path], Record]
"""Puts the files of an export into an empty folder and returns what is known about the model."""


def publish(root: Path, model: str, version: int | None, *, source: str, fill: Fill) -> Version:
    """Returns the version that was published from the files that `fill` brought.

    Without a `version` it is the next free number; `source` is what the user called the export, for
    errors. A process that is killed at any point leaves a complete version folder or none.

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
