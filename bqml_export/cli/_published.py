"""How a version that was published, or would be, is shown."""

from __future__ import annotations

from pathlib import Path

from bqml_export.repository.versions import Version, model_folder, next_number, require_free
from foundation.cli.output import write_result
from foundation.json_types import JsonObject


def planned_document(
    root: Path, model: str, version: int | None, source: str, files: dict[str, int]
) -> JsonObject:
    """Returns what a dry run prints: the folder and the size in bytes of each file in it."""
    folder = model_folder(root, model)
    require_free(folder, version)
    number = version or next_number(folder)
    return {
        "model": model,
        "version": number,
        "folder": str(folder / str(number)),
        "source": source,
        "files": files,
    }


def write_published(version: Version, *, as_json: bool, status: str = "published") -> None:
    folder = str(version.folder)
    document = {
        "status": status,
        "model": version.model,
        "version": version.number,
        "folder": folder,
    }
    write_result(document, folder, as_json=as_json)
