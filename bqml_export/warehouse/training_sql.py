"""Finding the SQL text that made a model, which models.get does not keep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bqml_export.clients import Clients
from bqml_export.errors import BqmlExportError, UsageError
from bqml_export.foreign_errors import foreign_errors
from bqml_export.warehouse.description import ModelDescription
from bqml_export.warehouse.statement import read_statement

_BEFORE = timedelta(hours=24)
_AFTER = timedelta(minutes=2)
_MOST_JOBS = 500


def training_sql(clients: Clients, model: ModelDescription) -> str | None:
    """Returns the statement that made `model`, from the caller's own job history, or None.

    It is None when someone else trained the model, when the history (180 days) has forgotten it,
    or when the account may not list jobs: a record without its SQL is better than no export.
    """
    created = datetime.fromtimestamp(model.created_ms / 1000, UTC)
    try:
        with foreign_errors("listing jobs"):
            jobs = clients.bigquery.list_jobs(
                min_creation_time=created - _BEFORE,
                max_creation_time=created + _AFTER,
                state_filter="done",
                max_results=_MOST_JOBS,
                retry=clients.bigquery_retry,
                timeout=clients.call_timeout_s,
            )
            texts = [
                job.query
                for job in jobs
                if job.job_type == "query"
                and not job.error_result
                and job.ended
                and job.ended >= created - _AFTER
                and job.started
                and job.started <= created + timedelta(seconds=5)
            ]
    except BqmlExportError:
        return None
    return next((text for text in texts if _creates(text, clients, model)), None)


def _creates(sql: str, clients: Clients, model: ModelDescription) -> bool:
    if "model" not in sql.lower():
        return False
    try:
        named = read_statement(sql).model
    except UsageError:
        return False
    return named.in_project(clients.project) == model.reference
