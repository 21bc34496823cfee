"""Queries of ours: sent with one set of rules, their cost said before they run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.cloud import bigquery

from bqml_export.clients import Clients
from bqml_export.errors import JobError, UsageError
from bqml_export.foreign_errors import foreign_errors, one_line
from bqml_export.warehouse.jobs import Report

LABELS = {"made_by": "bqml_export"}


def send_query(
    clients: Clients,
    sql: str,
    config: bigquery.QueryJobConfig,
    *,
    doing: str,
    location: str | None,
    job_id: str | None = None,
) -> bigquery.QueryJob:
    """Returns the job of a query; `doing` is the start of the message if it is refused."""
    with foreign_errors(doing):
        return clients.bigquery.query(
            sql,
            job_config=config,
            job_id=job_id,
            location=location,
            job_retry=None,  # it would send the work again under another id
            **clients.bigquery_call,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnQuery:
    """A query of ours."""

    doing: str
    """What it is for, as the start of messages, for example "reading training rows"."""
    sql: str
    texts: Sequence[str] | None = None
    """The values of its parameter `rows`, an ARRAY<STRING>; None where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRunner:
    """Runs queries in one location, none of which reads more than was allowed."""

    clients: Clients
    location: str | None
    report: Report
    maximum_bytes_billed: int | None = None

    def bytes_announced(self, query: OwnQuery) -> int:
        """Returns how many bytes BigQuery says that the query reads; a free dry run."""
        return int(self._send(query, dry_run=True).total_bytes_processed or 0)

    def rows(self, query: OwnQuery, announced_as: str | None = None) -> list[dict[str, Any]]:
        """Announces what the query reads; UsageError if beyond `maximum_bytes_billed`."""
        announced = self.bytes_announced(query)
        self.report(f"{announced_as or query.doing} reads {announced:,} bytes")
        self._require_allowed(announced, query.doing)
        job = self._send(query, dry_run=False)
        with foreign_errors(query.doing):
            found = job.result(
                retry=self.clients.bigquery_retry, timeout=self.clients.call_timeout_s[1]
            )
            return [dict(row.items()) for row in found]

    def _require_allowed(self, announced_bytes: int, doing: str) -> None:
        maximum = self.maximum_bytes_billed
        if maximum is not None and announced_bytes > maximum:
            raise UsageError(
                f"{doing} would read {announced_bytes:,} bytes and {maximum:,} are allowed",
                hint="give --maximum-bytes-billed more, or a cheaper query with --rows-from",
            )

    def _send(self, query: OwnQuery, *, dry_run: bool) -> bigquery.QueryJob:
        config = bigquery.QueryJobConfig(use_legacy_sql=False, dry_run=dry_run, labels=LABELS)
        if query.texts is not None:
            parameter = bigquery.ArrayQueryParameter("rows", "STRING", list(query.texts))
            config.query_parameters = [parameter]
        if self.maximum_bytes_billed is not None:
            config.maximum_bytes_billed = self.maximum_bytes_billed
        job = send_query(self.clients, query.sql, config, doing=query.doing, location=self.location)
        if job.error_result:
            raise JobError(f"{query.doing}: {one_line(str(job.error_result.get('message')))}")
        return job
