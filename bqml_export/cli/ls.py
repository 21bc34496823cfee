"""`ls`: the models and versions of a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bqml_export.cli.options import example, json_option, root_option
from bqml_export.cli.output import report, write_document, write_table
from bqml_export.errors import PublishError
from bqml_export.repository.record import Record, read_record
from bqml_export.repository.versions import Version, models_of, versions_of

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.json_types import JsonObject

_SHOWN_METRICS = 3


@click.command(
    short_help="List the models and versions of a repository.",
    epilog=example("bqml-export ls --root serving_dir"),
)
@root_option
@json_option
def ls(root: Path, *, as_json: bool) -> None:
    """List the published models and their versions, oldest version first."""
    versions = [version for model in models_of(root) for version in versions_of(root, model)]
    if as_json:
        write_document({"root": str(root), "versions": [_document(item) for item in versions]})
    elif versions:
        rows = [_row(version) for version in versions]
        write_table(["MODEL", "VERSION", "TYPE", "CREATED", "METRICS", "SOURCE"], rows)
    else:
        report(f"no published version in {root}")


def _record(version: Version) -> Record:
    """Returns the version's record; a damaged one is reported and does not hide the others."""
    try:
        return read_record(version.folder) or Record()
    except PublishError as exc:
        report(f"warning: {exc}")
        return Record()


def _document(version: Version) -> JsonObject:
    record = _record(version)
    return {
        "model": version.model,
        "version": version.number,
        "folder": str(version.folder),
        "model_reference": str(record.model_reference) if record.model_reference else None,
        "model_type": record.model_type,
        "created": record.created,
        "published_at": record.published_at,
        "metrics": record.metrics,
        "source_uri": record.source_uri,
    }


def _row(version: Version) -> list[str]:
    record = _record(version)
    metrics = list((record.metrics or {}).items())[:_SHOWN_METRICS]
    return [
        version.model,
        str(version.number),
        record.model_type or "-",
        record.created or "-",
        ", ".join(f"{name} {value:.4g}" for name, value in metrics) or "-",
        record.source_uri or "-",
    ]
