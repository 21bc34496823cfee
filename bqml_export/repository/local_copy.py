"""Publishing an export folder that is on this machine already."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from bqml_export.errors import ExportLayoutError, PublishError
from bqml_export.repository.digests import compare
from bqml_export.repository.export_kind import require_servable
from bqml_export.repository.file_list import list_files
from bqml_export.repository.record import Record, read_record
from foundation.repository.layout import RECORD_NAME


def export_files(folder: Path) -> list[str]:
    """Returns the files of the export in `folder` that belong into a version folder.

    Raises:
        ExportLayoutError: There is no such folder, or it is no export that can be served.
    """
    if not folder.is_dir():
        raise ExportLayoutError(
            f"there is no folder {folder}", hint="give the folder that holds saved_model.pb"
        )
    names = [name for name in list_files(folder) if name != RECORD_NAME]
    require_servable(names, str(folder))
    return names


def known_record(folder: Path) -> Record:
    """Returns what the folder's own bqml.json knows, or an empty record where there is none.

    Raises:
        PublishError: The files are not those that the record describes.
    """
    record = read_record(folder) or Record(source_uri=folder.resolve().as_uri())
    if record.files is not None and (damaged := compare(folder, record.files).damaged):
        raise PublishError(
            f"{folder} is not what its {RECORD_NAME} describes: {damaged}",
            hint=f"copy it again, or remove {RECORD_NAME} to publish without its knowledge",
        )
    return record


def copy_export(folder: Path, target: Path) -> Record:
    """Copies the export in `folder` into the empty folder `target`; returns what is known.

    Raises:
        ExportLayoutError: It is no export that can be served.
        PublishError: A file is not the one that the folder's own record describes.
    """
    record = known_record(folder)
    for name in export_files(folder):
        destination = target / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, destination)
    if record.files is not None and compare(target, record.files).damaged:
        raise PublishError(f"{folder} changed while it was copied", hint="publish it again")
    return replace(record, files=None)
