"""Load jobs: files into tables."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING

from bqml_export.embedded.bigquery.backend_client import dataset_path, table_path
from bqml_export.embedded.bigquery.rows import parse_field
from bqml_export.errors import (
    DuplicateError,
    InvalidQueryError,
    NotFoundError,
    NotSupportedError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bqml_export.embedded.bigquery.context import ObjectStore, Services
    from bqml_export.embedded.bigquery.jobs import Job
    from bqml_export.embedded.bigquery.wire import Json
    from bqml_export.embedded.ml.table import Field

_URI = re.compile(r"gs://([^/]+)/(.+)")
_DISPOSITIONS = ("WRITE_APPEND", "WRITE_EMPTY", "WRITE_TRUNCATE")
_TARGET = ("projectId", "datasetId", "tableId")


def load_table(services: Services, job: Job, *, upload: bytes | None) -> None:
    """Runs a load job; `upload` is the data when it came with the request.

    The files are read and checked as a whole before the table is touched.

    Raises:
        QueryError: The configuration or the data is wrong.
    """
    # DuckDB and pyarrow take time to import and most requests never come here.
    from bqml_export.embedded.bigquery.files import read_files

    load = job.configuration.get("load") or {}
    project, dataset, table = _target(job, load)
    services.backend.call("GET", dataset_path(project, dataset))
    existing = _existing(services, project, dataset, table)
    _check_dispositions(load, existing, f"{project}:{dataset}.{table}")
    given = tuple(parse_field(schema) for schema in (load.get("schema") or {}).get("fields") or ())
    replace = load.get("writeDisposition") == "WRITE_TRUNCATE"
    wanted = given or (() if existing is None or replace else _fields(existing))
    sources = [upload] if upload is not None else _read_uris(services.objects, load)
    loaded = read_files(sources, load, wanted)
    job.check_cancelled()
    if existing is not None and replace:
        services.backend.delete(table_path(project, dataset, table))
    if existing is None or replace:
        services.backend.create_table(project, dataset, table, loaded.fields)
    services.backend.append_parquet(project, dataset, table, loaded.parquet)
    counts = {"outputRows": str(loaded.num_rows), "inputFiles": str(len(sources))}
    size = {"inputFileBytes": str(sum(map(len, sources))), "badRecords": "0"}
    job.statistics = {**job.statistics, "load": {**counts, **size}}


def _target(job: Job, load: Json) -> tuple[str, str, str]:
    target = load.get("destinationTable") or {}
    project, dataset, table = (str(target.get(name) or "") for name in _TARGET)
    if not dataset or not table:
        raise InvalidQueryError("A load job needs a destinationTable with dataset and table")
    return project or job.project, dataset, table


def _existing(services: Services, project: str, dataset: str, table: str) -> Json | None:
    try:
        return services.backend.call("GET", table_path(project, dataset, table))
    except NotFoundError:
        return None


def _fields(table: Json) -> tuple[Field, ...]:
    return tuple(parse_field(schema) for schema in table.get("schema", {}).get("fields", ()))


def _check_dispositions(load: Json, existing: Json | None, name: str) -> None:
    write = load.get("writeDisposition") or "WRITE_APPEND"
    if write not in _DISPOSITIONS:
        raise NotSupportedError(f"writeDisposition {write} is not supported for load jobs")
    if existing is None:
        if load.get("createDisposition") == "CREATE_NEVER":
            raise NotFoundError(f"Not found: Table {name}")
        return
    if existing.get("type", "TABLE") != "TABLE":
        raise InvalidQueryError(f"{name} is not a table that data can be loaded into")
    if write == "WRITE_EMPTY" and int(existing.get("numRows", 0)):
        raise DuplicateError(f"Already Exists: Table {name}")


def _read_uris(objects: ObjectStore, load: Json) -> list[bytes]:
    uris: Sequence[str] = load.get("sourceUris") or ()
    if not uris:
        raise InvalidQueryError("A load job without uploaded data needs sourceUris")
    return [content for uri in uris for content in _read_uri(objects, uri)]


def _read_uri(objects: ObjectStore, uri: str) -> list[bytes]:
    match = _URI.fullmatch(uri)
    if match is None:
        raise InvalidQueryError(f"Invalid source URI {uri}: expected gs://bucket/object")
    bucket, pattern = match.groups()
    if objects.bucket_location(bucket) is None:
        raise NotFoundError(f"Not found: Bucket {bucket}")
    names = objects.names(bucket, pattern.partition("*")[0])
    matching = [name for name in names if fnmatch.fnmatchcase(name, pattern)]
    if not matching:
        raise NotFoundError(f"Not found: URI {uri}")
    return [objects.read(bucket, name) for name in matching]
