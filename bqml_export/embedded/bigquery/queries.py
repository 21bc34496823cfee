"""Query jobs that use models: which they are, and how their statements run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bqml_export.embedded.bigquery.backend_client import QueryScope
from bqml_export.embedded.bigquery.ml_functions import computed
from bqml_export.embedded.bigquery.model_statements import (
    check_model_statement,
    run_model_statement,
    statement_type,
)
from bqml_export.embedded.bigquery.model_store import resolve
from bqml_export.embedded.sql.parameters import name_positional
from bqml_export.embedded.sql.scripts import model_script
from bqml_export.embedded.sql.statements import parse_model_statement
from bqml_export.errors import NotFoundError

if TYPE_CHECKING:
    from bqml_export.embedded.bigquery.context import Services
    from bqml_export.embedded.bigquery.jobs import Job
    from bqml_export.embedded.bigquery.wire import Json


@dataclass(frozen=True, slots=True)
class ModelQuery:
    """A query job whose statements use models."""

    scope: QueryScope
    statements: tuple[str, ...]
    configuration: Json
    """`configuration.query` as the client sent it."""

    def work(self, services: Services, job: Job) -> None:
        """Runs the statements one after another; the last one's result is the job's.

        Raises:
            QueryError: A statement failed; the ones before it have taken effect.
        """
        for sql in self.statements:
            job.check_cancelled()
            self._run_one(services, sql, job)
        if len(self.statements) > 1:
            job.update_query_statistics(statementType="SCRIPT")

    def check(self, services: Services) -> Json:
        """Returns `statistics.query` of a dry run.

        Raises:
            QueryError: Running would fail.
        """
        for sql in self.statements:
            statement = parse_model_statement(sql)
            if statement is not None:
                check_model_statement(services, self.scope, statement)
                statistics: Json = {"statementType": statement_type(statement)}
            else:
                statistics = self._dry_run(services, sql)
        return {**statistics, "totalBytesProcessed": "0"}

    def location(self, services: Services, asked: str | None) -> str:
        """Returns where the job runs: where the dataset of its first model statement is.

        Raises:
            NotFoundError: That dataset does not exist, or is not where the client asked to run.
        """
        for sql in self.statements:
            statement = parse_model_statement(sql)
            if statement is not None:
                key = resolve(statement.path, self.scope.project, self.scope.default_dataset)
                actual = services.backend.dataset_location(key.project, key.dataset)
                return check_location(asked, actual, f"{key.project}:{key.dataset}")
        return asked or "US"

    def _run_one(self, services: Services, sql: str, job: Job) -> None:
        statement = parse_model_statement(sql)
        if statement is not None:
            job.result_job_id = None
            run_model_statement(services, self.scope, statement, job)
            return
        with computed(services, self.scope, sql) as text:
            query = {**self.configuration, **self.scope.configuration(text)}
            finished = services.backend.run_configuration(self.scope.project, {"query": query})
        job.result_job_id = str(finished["jobReference"]["jobId"])
        job.update_query_statistics(**finished["statistics"].get("query", {}))
        destination = finished["configuration"]["query"].get("destinationTable")
        if destination is not None:
            shown = {**job.configuration["query"], "destinationTable": destination}
            job.configuration = {**job.configuration, "query": shown}

    def _dry_run(self, services: Services, sql: str) -> Json:
        with computed(services, self.scope, sql) as text:
            job = services.backend.run(self.scope, text, dry_run=True)
        statistics: Json = job["statistics"].get("query", {})
        return statistics


def model_query(project: str, query: Json) -> ModelQuery | None:
    """Returns the model query in `configuration.query`, or None when no model is used.

    Raises:
        QueryError: The text cannot be read, or uses models where that is not supported.
    """
    sql = query.get("query")
    if not isinstance(sql, str) or query.get("useLegacySql"):
        return None
    if "MODEL" not in sql.upper():
        return None
    named, parameters = name_positional(sql, query.get("queryParameters") or ())
    statements = model_script(named)
    if not statements:
        return None
    for statement in statements:
        parse_model_statement(statement)
    scope = QueryScope(project, query.get("defaultDataset"), parameters)
    return ModelQuery(scope, statements, query)


def check_location(asked: str | None, actual: str | None, dataset: str) -> str:
    """Returns the location a job runs in; `dataset` is the one whose location is `actual`.

    Raises:
        NotFoundError: The job was sent to another location than the dataset's.
    """
    if asked and actual and asked.upper() != actual.upper():
        # Not a word about jobs: the client repeats a 404 that speaks of one for ten minutes.
        raise NotFoundError(
            f"Not found: Dataset {dataset} was not found in location {asked}; it is in {actual}"
        )
    return actual or asked or "US"
