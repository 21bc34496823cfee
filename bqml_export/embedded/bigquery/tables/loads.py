"""Load jobs: files into tables."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence

from bqml_export.embedded.bigquery.protocol.result_set import parse_field
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.bigquery.stores.jobs import Job
from bqml_export.embedded.bigquery.stores.services import ObjectStore, Services
from bqml_export.embedded.bigquery.tables.bucket_locations import check_bucket_location
from bqml_export.embedded.bigquery.tables.destination import open_target
from bqml_export.errors import InvalidQueryError, NotFoundError

_URI = re.compile(r"gs://([^/]+)/(.+)")


def load_table(services: Services, job: Job, *, upload: bytes | None) -> None:
    """Runs a load job; `upload` is the data when it came with the request.

    The files are read and checked as a whole before the table is touched.
    """
    # DuckDB and pyarrow take time to import and most requests never come here.
    from bqml_export.embedded.bigquery.tables._loaded_files import read_files

    load = job.configuration.get("load") or {}
    target = open_target(services.backend, job.project, load, default_disposition="WRITE_APPEND")
    given = tuple(parse_field(schema) for schema in (load.get("schema") or {}).get("fields") or ())
    location = services.backend.dataset_location(target.project, target.dataset)
    sources = [upload] if upload is not None else _read_uris(services.objects, load, location)
    loaded = read_files(sources, load, given or target.fields())
    job.check_cancelled()
    target.write_file(services.backend, loaded.fields, loaded.parquet)
    counts = {"outputRows": str(loaded.num_rows), "inputFiles": str(len(sources))}
    size = {"inputFileBytes": str(sum(map(len, sources))), "badRecords": "0"}
    size["outputBytes"] = size["inputFileBytes"]
    job.statistics = {**job.statistics, "load": {**counts, **size}}


def _read_uris(objects: ObjectStore, load: Json, location: str) -> list[bytes]:
    uris: Sequence[str] = load.get("sourceUris") or ()
    if not uris:
        raise InvalidQueryError("A load job without uploaded data needs sourceUris")
    return [content for uri in uris for content in _read_uri(objects, uri, location)]


def _read_uri(objects: ObjectStore, uri: str, location: str) -> list[bytes]:
    match = _URI.fullmatch(uri)
    if match is None:
        raise InvalidQueryError(f"Invalid source URI {uri}: expected gs://bucket/object")
    bucket, pattern = match.groups()
    check_bucket_location(objects, bucket, location, reading=True)
    names = objects.names(bucket, pattern.partition("*")[0])
    matching = [name for name in names if fnmatch.fnmatchcase(name, pattern)]
    if not matching:
        raise NotFoundError(f"Not found: URI {uri}")
    return [objects.read(bucket, name) for name in matching]
