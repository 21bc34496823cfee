"""Whether the newest version of a model is already what a SQL text asks for.

This decides the second start of a service, so it reads a record and hashes a few files; it imports
no client of any cloud.
"""

from __future__ import annotations

from pathlib import Path

from bqml_export.errors import PublishError
from bqml_export.model_reference import ModelReference
from bqml_export.repository.digests import compare
from bqml_export.repository.record import Record, read_record
from bqml_export.repository.versions import Version, models_of, versions_of


def newest_made_from(
    root: Path, model: str | None, sql_sha256: str, engine: str
) -> tuple[Version, ModelReference] | None:
    """Returns the newest version of a model if it was made from this SQL and is undamaged.

    Without a `model`, one is looked for that has the name which the SQL gave it. A model of the
    other `engine`, `bigquery` or `embedded`, is another model.
    """
    for name in [model] if model else models_of(root):
        newest, record = _newest(root, name)
        if newest is None or record.model_reference is None:
            continue
        named = model is not None or record.model_reference.model == name
        same = (record.sql_sha256, record.engine) == (sql_sha256, engine)
        if named and same and _undamaged(newest, record):
            return newest, record.model_reference
    return None


def is_published(root: Path, model: str, wanted: Record) -> Version | None:
    """Returns the newest version of `model` if it is the very model of `wanted`, undamaged."""
    newest, record = _newest(root, model)
    same = record.etag is not None and _identity(record) == _identity(wanted)
    return newest if newest and same and _undamaged(newest, record) else None


def _identity(record: Record) -> tuple[object, ...]:
    return record.model_reference, record.etag, record.trial_id, record.engine


def _newest(root: Path, model: str) -> tuple[Version | None, Record]:
    """Returns the newest version and its record, an empty one where there is none to read."""
    versions = versions_of(root, model)
    if not versions:
        return None, Record()
    try:
        return versions[-1], read_record(versions[-1].folder) or Record()
    except PublishError:
        return versions[-1], Record()


def _undamaged(version: Version, record: Record) -> bool:
    return record.files is not None and not compare(version.folder, record.files).damaged
