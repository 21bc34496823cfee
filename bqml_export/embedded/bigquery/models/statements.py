"""The model statements as work of a job."""

from __future__ import annotations

from typing import Any

from bqml_export.embedded.bigquery.backend.client import QueryScope
from bqml_export.embedded.bigquery.models._alter_options import model_changes
from bqml_export.embedded.bigquery.models._training import check_create, create_model
from bqml_export.embedded.bigquery.models.computed_calls import computed
from bqml_export.embedded.bigquery.models.exports import export_model, sql_destination
from bqml_export.embedded.bigquery.stores.jobs import Job
from bqml_export.embedded.bigquery.stores.models import ModelKey, resolve
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.errors import NotFoundError
from bqml_export.sql.model_statements import (
    AlterModel,
    CreateModel,
    DropModel,
    ExportModel,
    ModelStatement,
)

_TYPES: dict[type[Any], str] = {
    CreateModel: "CREATE_MODEL",
    DropModel: "DROP_MODEL",
    ExportModel: "EXPORT_MODEL",
    AlterModel: "ALTER_MODEL",
}


def statement_type(statement: ModelStatement) -> str:
    return _TYPES[type(statement)]


def run_model_statement(
    services: Services, scope: QueryScope, statement: ModelStatement, job: Job
) -> None:
    key = resolve(statement.path, scope.project, scope.default_dataset)
    job.update_query_statistics(
        statementType=statement_type(statement), totalBytesProcessed="0", cacheHit=False
    )
    if isinstance(statement, CreateModel):
        create_model(services, scope, key, statement, job)
    elif isinstance(statement, DropModel):
        _drop(services, key, statement, job)
    elif isinstance(statement, ExportModel):
        export_model(services, key, sql_destination(statement.options))
    else:
        _alter(services, scope, key, statement, job)


def check_model_statement(services: Services, scope: QueryScope, statement: ModelStatement) -> None:
    """Checks what can be checked without running, for a dry run."""
    key = resolve(statement.path, scope.project, scope.default_dataset)
    if isinstance(statement, CreateModel):
        check_create(services, key, statement)
        with computed(services, scope, statement.query) as text:
            services.backend.run(scope, text.text, dry_run=True)
        return
    if isinstance(statement, ExportModel):
        sql_destination(statement.options)
    if not getattr(statement, "if_exists", False):
        services.models.get(key)


def _drop(services: Services, key: ModelKey, statement: DropModel, job: Job) -> None:
    try:
        services.models.delete(key)
    except NotFoundError:
        if not statement.if_exists:
            raise
        job.update_query_statistics(ddlOperationPerformed="SKIP")
        return
    job.update_query_statistics(ddlOperationPerformed="DROP")


def _alter(
    services: Services, scope: QueryScope, key: ModelKey, statement: AlterModel, job: Job
) -> None:
    if statement.if_exists and not services.models.exists(key):
        job.update_query_statistics(ddlOperationPerformed="SKIP")
        return
    changes = model_changes(services, scope, statement.options)
    services.models.edit(key, changes)
    job.update_query_statistics(ddlOperationPerformed="ALTER")
