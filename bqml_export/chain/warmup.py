"""Warmup requests and an example, made of rows of the training data, for a version to publish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bqml_export.clients import Clients
from bqml_export.errors import BqmlExportError, NotSupportedError, UsageError
from bqml_export.repository.instance import to_instance
from bqml_export.repository.record import Record
from bqml_export.repository.saved_model_folder import inspect_saved_model
from bqml_export.repository.saved_model_pb import Signature
from bqml_export.repository.warmup_file import usable, write_warmup_file
from bqml_export.warehouse.jobs import Report
from bqml_export.warehouse.query import OwnQuery, QueryRunner
from bqml_export.warehouse.statement import read_statement
from foundation.repository.layout import WARMUP_NAME, default_signature

EMBEDDED_ROWS = 32


@dataclass(frozen=True, slots=True)
class WarmupRequest:
    """How many rows of the training data to leave with a version."""

    rows: int | None = None
    """None takes some where that is free, in the embedded project, and none elsewhere."""

    @property
    def required(self) -> bool:
        """Whether the user asked for rows: not to get them is then an error."""
        return bool(self.rows)

    def count(self, clients: Clients) -> int:
        if self.rows is not None:
            return self.rows
        return EMBEDDED_ROWS if clients.owns_project else 0


def add_warmup(
    clients: Clients, request: WarmupRequest, folder: Path, record: Record, report: Report
) -> Record:
    """Writes the warmup file into `folder`; returns the record with an example added.

    The rows come from the SQL of the record. A file that came with the export is kept. Warmup that
    nobody asked for never stops a publish.

    Raises:
        BqmlExportError: Rows were asked for and cannot be had; says why.
    """
    count = request.count(clients)
    if not count or (folder / WARMUP_NAME).exists():
        return record
    try:
        return _with_warmup(clients, count, folder, record, report)
    except BqmlExportError as exc:
        if request.required:
            raise
        report(f"no warmup data: {exc}")
        return record


def _with_warmup(
    clients: Clients, count: int, folder: Path, record: Record, report: Report
) -> Record:
    name, signature = _signature(folder)
    if record.sql is None:
        raise UsageError(
            "the SQL that made the model is not known, so there are no rows to warm it with",
            hint="leave --warmup-rows out",
        )
    statement = read_statement(record.sql)
    if statement.query is None:
        raise NotSupportedError(
            f"model {statement.model} is not trained on the rows of one query",
            hint="leave --warmup-rows out",
        )
    rows = _training_rows(clients, statement.query, record.location, count, report)
    instances = usable(signature, (to_instance(row, signature.inputs) for row in rows))
    if not instances:
        raise NotSupportedError(
            f"none of {len(rows)} training rows fits the inputs of signature {name}",
            hint="leave --warmup-rows out",
        )
    write_warmup_file(folder, name, signature, instances)
    report(f"wrote {len(instances)} warmup requests to {WARMUP_NAME}")
    return replace(record, example_instance=instances[0])


def _training_rows(
    clients: Clients, query: str, location: str | None, count: int, report: Report
) -> list[dict[str, object]]:
    """Returns up to `count` rows. BigQuery bills the whole query: LIMIT makes it no cheaper."""
    runner = QueryRunner(
        clients=clients, location=location, maximum_bytes_billed=None, report=report
    )
    sample = OwnQuery(
        doing="reading rows of the training query",
        sql=f"SELECT * FROM (\n{query}\n) LIMIT {count}",  # noqa: S608 - the user's own
    )
    return runner.rows(sample, f"reading {count} warmup rows of the training query")


def _signature(folder: Path) -> tuple[str, Signature]:
    """The signature that clients call when they name none, or the only one there is."""
    signatures = inspect_saved_model(folder, str(folder)).signatures
    name = default_signature(signatures)
    if name is None:
        raise NotSupportedError(f"the export in {folder} has no signature to warm up")
    return name, signatures[name]
