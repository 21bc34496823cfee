"""Extract jobs with a table: CSV, newline-delimited JSON and Parquet into Cloud Storage."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from bqml_export.embedded.bigquery.backend.client import QueryScope, table_path
from bqml_export.embedded.bigquery.protocol.result_set import ResultSet
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.bigquery.stores.jobs import Job
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.embedded.bigquery.tables.bucket_locations import check_bucket_location
from bqml_export.embedded.ml.data.table import Value
from bqml_export.errors import InvalidQueryError, NotSupportedError

_URI = re.compile(r"gs://(?P<bucket>[^/]+)/(?P<name>.+)")
_SETTINGS = frozenset(
    {"sourceTable", "destinationUri", "destinationUris", "destinationFormat", "compression"}
    | {"printHeader", "fieldDelimiter"}
)


@dataclass(frozen=True, slots=True)
class TableDestination:
    """One object and the form of its content; `name` has no wildcard any more."""

    bucket: str
    name: str
    file_format: str
    gzip: bool
    header: bool
    delimiter: str


def table_destination(extract: Json) -> TableDestination:
    for setting, value in extract.items():
        if setting not in _SETTINGS and value not in (None, False, {}):
            raise NotSupportedError(
                f"configuration.extract.{setting} is not supported by the embedded BigQuery"
            )
    file_format = str(extract.get("destinationFormat") or "CSV")
    if file_format not in _WRITERS:
        raise NotSupportedError(
            f"destinationFormat {file_format} is not supported by the embedded BigQuery for "
            f"tables; supported are {', '.join(_WRITERS)}"
        )
    compression = str(extract.get("compression") or "NONE")
    if compression not in (("NONE",) if file_format == "PARQUET" else ("NONE", "GZIP")):
        raise NotSupportedError(
            f"compression {compression} is not supported by the embedded BigQuery for {file_format}"
        )
    bucket, name = _object(extract)
    delimiter = str(extract.get("fieldDelimiter") or ",")
    return TableDestination(
        bucket=bucket,
        name=name,
        file_format=file_format,
        gzip=compression == "GZIP",
        header=extract.get("printHeader") is not False,
        delimiter={"\\t": "\t", "tab": "\t"}.get(delimiter, delimiter),
    )


def extract_table(
    services: Services, job: Job, source: Json, destination: TableDestination
) -> None:
    project = str(source.get("projectId") or job.project)
    dataset, table = str(source.get("datasetId")), str(source.get("tableId"))
    services.backend.call("GET", table_path(project, dataset, table))
    check_bucket_location(services.objects, destination.bucket, job.location, reading=False)
    sql = f"SELECT * FROM `{project}`.`{dataset}`.`{table}`"  # noqa: S608 - it is there
    content = _WRITERS[destination.file_format](
        services.backend.rows(QueryScope(project), sql), destination
    )
    content = gzip.compress(content) if destination.gzip else content
    services.objects.write(destination.bucket, destination.name, content)
    extracted = {"destinationUriFileCounts": ["1"], "inputBytes": str(len(content))}
    job.statistics = {**job.statistics, "extract": extracted}


def _object(extract: Json) -> tuple[str, str]:
    uris = extract.get("destinationUris") or [extract.get("destinationUri")]
    if len(uris) != 1:
        raise NotSupportedError(
            "The embedded BigQuery extracts a table to exactly one destination URI"
        )
    match = _URI.fullmatch(uris[0]) if isinstance(uris[0], str) else None
    if match is None or match["name"].count("*") > 1:
        raise InvalidQueryError(
            f"Invalid destination URI {uris[0]!r}: expected gs://bucket/object with at most one *"
        )
    return match["bucket"], match["name"].replace("*", "0" * 12)


def _csv(rows: ResultSet, destination: TableDestination) -> bytes:
    for field in rows.fields:
        if field.mode == "REPEATED" or field.type == "STRUCT":
            raise InvalidQueryError(
                "Operation cannot be performed on a nested schema. "
                f"Field: {field.name}; use NEWLINE_DELIMITED_JSON or PARQUET"
            )
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=destination.delimiter, lineterminator="\n")
    if destination.header:
        writer.writerow([field.name for field in rows.fields])
    columns = [rows.columns[field.name] for field in rows.fields]
    for row in zip(*columns, strict=True):
        writer.writerow(["" if value is None else _text(value) for value in row])
    return sink.getvalue().encode()


def _text(value: Value) -> str:
    plain = _plain(value)
    return str(plain).lower() if isinstance(plain, bool) else str(plain)


def _json(rows: ResultSet, _destination: TableDestination) -> bytes:
    columns = [rows.columns[field.name] for field in rows.fields]
    names = [field.name for field in rows.fields]
    lines = (
        json.dumps({name: _plain(value) for name, value in zip(names, row, strict=True)
                    if value is not None}, ensure_ascii=False)
        for row in zip(*columns, strict=True)
    )  # fmt: skip
    return "".join(f"{line}\n" for line in lines).encode()


def _parquet(rows: ResultSet, _destination: TableDestination) -> bytes:
    # pyarrow takes time to import and most requests never come here.
    from bqml_export.embedded.bigquery.backend.parquet import write_parquet

    return write_parquet(rows)


def _plain(value: Value) -> Value:
    """Returns a value as BigQuery writes it into text files; INT64 is a string in JSON."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    for kind, write in _SCALARS:
        if isinstance(value, kind):
            return write(value)
    return value


def _datetime(value: datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{text} UTC"


# A bool is an int and a datetime is a date: the order matters.
_SCALARS: tuple[tuple[type, Callable[[Any], Value]], ...] = (
    (bool, bool),
    (int, str),
    (bytes, lambda value: base64.b64encode(value).decode()),
    (datetime, _datetime),
    (date, date.isoformat),
    (time, time.isoformat),
    (Decimal, lambda value: f"{value.normalize():f}"),
)
_WRITERS: Mapping[str, Callable[[ResultSet, TableDestination], bytes]] = {
    "CSV": _csv,
    "NEWLINE_DELIMITED_JSON": _json,
    "PARQUET": _parquet,
}
