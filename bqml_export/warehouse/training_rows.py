"""A few rows of the data that a model was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.cloud import bigquery

from bqml_export.foreign_errors import foreign_errors

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from bqml_export.warehouse.jobs import Report
    from bqml_export.warehouse.statement import TrainingStatement


def training_rows(
    clients: Clients, statement: TrainingStatement, location: str | None, count: int, report: Report
) -> list[dict[str, object]]:
    """Returns up to `count` rows of the statement's query; the bytes it reads are announced.

    BigQuery bills the whole query: LIMIT makes it no cheaper.

    Args:
        clients: The clients of the target.
        statement: The CREATE MODEL statement; it must have one query.
        location: Where the job runs.
        count: Rows at most.
        report: Takes the announcement.

    Raises:
        BqmlExportError: BigQuery refuses the query, or its job fails.
    """
    assert statement.query is not None
    sql = f"SELECT * FROM (\n{statement.query}\n) LIMIT {count}"  # noqa: S608 - the user's own
    total = _run(clients, sql, location, dry_run=True).total_bytes_processed or 0
    report(f"reading {count} warmup rows of the training query reads {int(total):,} bytes")
    job = _run(clients, sql, location, dry_run=False)
    with foreign_errors("reading rows of the training query"):
        rows = job.result(retry=clients.bigquery_retry, timeout=clients.call_timeout_s[1])
        return [dict(row.items()) for row in rows]


def _run(clients: Clients, sql: str, location: str | None, *, dry_run: bool) -> bigquery.QueryJob:
    config = bigquery.QueryJobConfig(
        use_legacy_sql=False, dry_run=dry_run, labels={"made_by": "bqml_export"}
    )
    with foreign_errors("reading rows of the training query"):
        return clients.bigquery.query(
            sql,
            job_config=config,
            location=location,
            retry=clients.bigquery_retry,
            job_retry=None,
            timeout=clients.call_timeout_s,
        )
