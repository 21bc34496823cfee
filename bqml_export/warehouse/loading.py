"""Loads a local file into a table, so that SQL can train on it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from google.cloud import bigquery

from bqml_export.clients import Clients
from bqml_export.errors import JobError, UsageError
from bqml_export.foreign_errors import foreign_errors, one_line
from bqml_export.model_reference import ModelReference
from bqml_export.warehouse.dataset import (
    create_dataset,
    dataset_location,
    missing_dataset_is_ours,
)
from bqml_export.warehouse.jobs import Report
from foundation.json_types import JsonObject

_FORMATS = {
    ".csv": bigquery.SourceFormat.CSV,
    ".json": bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
    ".jsonl": bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
    ".ndjson": bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
    ".parquet": bigquery.SourceFormat.PARQUET,
}

_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table that was filled from a file."""

    table: str
    rows: int


def _config(file: Path, *, replace: bool) -> bigquery.LoadJobConfig:
    source_format = _FORMATS.get(file.suffix.lower())
    if source_format is None:
        raise UsageError(
            f"{file.name} cannot be loaded", hint=f"files end in {', '.join(sorted(_FORMATS))}"
        )
    config = bigquery.LoadJobConfig(source_format=source_format)
    config.write_disposition = "WRITE_TRUNCATE" if replace else "WRITE_EMPTY"
    if source_format != bigquery.SourceFormat.PARQUET:
        config.autodetect = True
    if source_format == bigquery.SourceFormat.CSV:
        config.skip_leading_rows = 1
    return config


def request_body(file: Path, table: ModelReference, *, replace: bool) -> JsonObject:
    """UsageError: the file's ending is not one that can be loaded."""
    body: JsonObject = _config(file, replace=replace).to_api_repr()
    return {"table": str(table), "bytes": file.stat().st_size, "configuration": body}


def load(
    clients: Clients, file: Path, table: ModelReference, report: Report, *, replace: bool
) -> Loaded:
    """Returns the table `[project.]dataset.table` after it was filled from `file`.

    A table that has rows is only filled anew with `replace`; in the embedded project a missing
    dataset is made.
    """
    config = _config(file, replace=replace)
    table = table.in_project(clients.project)
    if missing_dataset_is_ours(clients, table):
        report(f"creating dataset {table.dataset} in the embedded project")
        create_dataset(clients, table, clients.location or "US")
    location = dataset_location(clients, table)
    report(f"loading {file} into {table}")
    with foreign_errors(f"loading {file.name}"), file.open("rb") as data:
        job = clients.bigquery.load_table_from_file(
            data, str(table), job_config=config, location=location
        )
    with foreign_errors(f"loading {file.name}"):
        while not job.done(**clients.bigquery_call):
            time.sleep(_POLL_S)
    if error := job.error_result:
        has_rows = error.get("reason") == "duplicate"
        raise JobError(
            f"{file.name} was not loaded: {one_line(error.get('message', ''))}",
            hint="give --replace to fill the table anew" if has_rows else None,
        )
    return Loaded(str(table), int(job.output_rows or 0))
