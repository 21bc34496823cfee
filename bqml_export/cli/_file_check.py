"""`verify --files-only`: the files of published versions against their records."""

from __future__ import annotations

from collections.abc import Sequence

import click

from bqml_export.errors import PublishError
from bqml_export.repository.digests import compare
from bqml_export.repository.record import read_record
from bqml_export.repository.versions import Version
from foundation.cli.output import report, write_document
from foundation.json_types import JsonObject


def check_files(versions: Sequence[Version], *, as_json: bool) -> None:
    """Hashes every file again and compares with bqml.json; PublishError if one differs."""
    checked = [_check(version) for version in versions]
    damaged = [entry for entry in checked if entry["status"] == "damaged"]
    for entry in checked:
        report(_line(entry))
    if as_json:
        write_document({"versions": checked})
        click.get_current_context().exit(1 if damaged else 0)
    if damaged:
        names = ", ".join(f"{entry['model']} version {entry['version']}" for entry in damaged)
        raise PublishError(
            f"damaged: {names}",
            hint="publish the model again; a version is never repaired in place",
        )


def _check(version: Version) -> JsonObject:
    entry: JsonObject = {"model": version.model, "version": version.number, "status": "unknown"}
    try:
        record = read_record(version.folder)
    except PublishError as exc:
        return {**entry, "status": "damaged", "changed": [str(exc)]}
    if record is None or record.files is None:
        return entry
    differences = compare(version.folder, record.files)
    return {
        **entry,
        "status": "damaged" if differences.damaged else "ok",
        "files": len(record.files),
        "missing": list(differences.missing),
        "changed": list(differences.changed),
        "added": list(differences.added),
    }


def _line(entry: JsonObject) -> str:
    line = f"{entry['model']} version {entry['version']}: {entry['status']}"
    if entry["status"] == "unknown":
        return f"{line}, it has no record to compare with"
    details = [
        f"{state} {', '.join(entry[state])}"
        for state in ("missing", "changed", "added")
        if entry.get(state)
    ]
    return "; ".join([line, *details])
