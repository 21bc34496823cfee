"""`verify`: compare the files of published versions with their records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bqml_export.cli.options import example, json_option, root_option
from bqml_export.cli.output import report, write_document
from bqml_export.errors import PublishError
from bqml_export.repository.digests import compare
from bqml_export.repository.record import read_record
from bqml_export.repository.versions import Version, model_folder, models_of, versions_of

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.json_types import JsonObject


@click.command(
    short_help="Compare published files with their recorded hashes.",
    epilog=example("bqml-export verify --root serving_dir --model iris_model"),
)
@root_option
@click.option("--model", metavar="NAME", help="Only this model.  [default: every model]")
@click.option(
    "--version", type=click.IntRange(1), help="Only this version.  [default: every version]"
)
@json_option
def verify(root: Path, model: str | None, version: int | None, *, as_json: bool) -> None:
    """Hash every file of the published versions again and compare with bqml.json.

    Ends with exit code 1 when a file is missing or has other bytes.
    """
    checked = [_check(item) for item in _wanted(root, model, version)]
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


def _wanted(root: Path, model: str | None, number: int | None) -> list[Version]:
    if model is not None:
        model_folder(root, model)
    found = [
        version
        for name in ([model] if model else models_of(root))
        for version in versions_of(root, name)
        if number in (None, version.number)
    ]
    if not found:
        what = f"version {number} of {model}" if model and number else model or "version"
        raise PublishError(f"no {what} is published in {root}", hint="`bqml-export ls` lists them")
    return found


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
