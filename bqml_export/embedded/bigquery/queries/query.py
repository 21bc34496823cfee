"""Query jobs: where they run, what they read, and how their statements run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from bqml_export.embedded.bigquery.backend.client import QueryScope
from bqml_export.embedded.bigquery.backend.errors import query_error
from bqml_export.embedded.bigquery.backend.scratch import Scratch
from bqml_export.embedded.bigquery.models.computed_calls import computed
from bqml_export.embedded.bigquery.models.information_schema import replace_model_catalogs
from bqml_export.embedded.bigquery.models.statements import (
    check_model_statement,
    run_model_statement,
    statement_type,
)
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.bigquery.queries._script_variables import ScriptVariables
from bqml_export.embedded.bigquery.queries.results import (
    anonymous_table,
    drop_old_results,
    result_rows,
)
from bqml_export.embedded.bigquery.stores.jobs import Job
from bqml_export.embedded.bigquery.stores.models import resolve
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.embedded.bigquery.tables.accessed import (
    AccessedTable,
    accessed_tables,
    bytes_billed,
    bytes_read,
    check_bytes_billed,
    check_location,
    location_of,
)
from bqml_export.embedded.bigquery.tables.destination import Target, open_target
from bqml_export.embedded.bigquery.tables.schema_changes import schema_change
from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.column_names import unnamed_columns
from bqml_export.sql.parameters import decode_bytes_parameters, name_positional
from bqml_export.sql.scripts import model_script, plain_statements, refuse_statements
from bqml_export.sql.statement import Statement
from bqml_export.sql.tokens import Sql, read_sql
from bqml_export.sql.variables import read_assignment

_DML_COUNTS = {
    "INSERT": "insertedRowCount",
    "UPDATE": "updatedRowCount",
    "DELETE": "deletedRowCount",
}
REFUSED_SETTINGS = (
    "clustering",
    "createSession",
    "destinationEncryptionConfiguration",
    "rangePartitioning",
    "tableDefinitions",
    "timePartitioning",
    "userDefinedFunctionResources",
)
"""Settings of a query that would change its result or its table."""
_OF_LAST_STATEMENT = ("numDmlAffectedRows", "ddlOperationPerformed", "mlStatistics")


@dataclass(frozen=True, slots=True)
class Query:
    """A query job. Several statements are only split where all of them are plain ones."""

    scope: QueryScope
    statements: tuple[Statement, ...]
    configuration: Json
    """`configuration.query` as the client sent it."""

    def location(self, services: Services, asked: str) -> str:
        """Returns where the job runs: where the datasets of its models and tables are.

        NotFoundError: one does not exist, or is not where the client or another one is.
        """
        location = asked
        for statement in self.statements:
            for path in statement.models:
                key = resolve(path, self.scope.project, self.scope.default_dataset)
                actual = services.backend.dataset_location(key.project, key.dataset)
                location = check_location(location, actual, f"{key.project}:{key.dataset}")
            tables = accessed_tables(services.backend, self.scope, statement.tables)
            location = location_of(location, tables) if tables else location
        target = self.configuration.get("destinationTable") or {}
        if target.get("datasetId"):
            project, dataset = target.get("projectId") or self.scope.project, target["datasetId"]
            actual = services.backend.dataset_location(project, dataset)
            location = check_location(location, actual, f"{project}:{dataset}")
        return location or "US"

    def check(self, services: Services) -> Json:
        """Returns `statistics.query` of a dry run."""
        if len(self.statements) > 1:
            # Its statements see what the ones before them make, and nothing is made.
            return {"statementType": "SCRIPT", "totalBytesProcessed": "0", "totalBytesBilled": "0"}
        (statement,) = self.statements
        tables = accessed_tables(services.backend, self.scope, statement.tables)
        if statement.model is not None:
            check_model_statement(services, self.scope, statement.model)
            statistics: Json = {"statementType": statement_type(statement.model)}
        else:
            statistics = self._dry_run(services, statement.sql)
        return {
            **statistics,
            "referencedTables": [table.reference() for table in tables],
            "totalBytesProcessed": str(bytes_read(services.backend, tables)),
            "totalBytesBilled": "0",
        }

    def work(self, services: Services, job: Job) -> None:
        """Runs the statements one after another; the last one's result is the job's.

        What came before a statement that fails has taken effect.
        """
        target = self._target(services)
        if len(self.statements) == 1:
            self.run_statement(services, self.statements[0], job)
        else:
            self._run_script(services, job)
        if target is not None and job.result_job_id is not None:
            target.write_rows(services.backend, result_rows(services, job))
        drop_old_results(services, job.project)

    def _target(self, services: Services) -> Target | None:
        if not self.configuration.get("destinationTable"):
            return None
        return open_target(
            services.backend,
            self.scope.project,
            self.configuration,
            default_disposition="WRITE_EMPTY",
        )

    def _run_script(self, services: Services, job: Job) -> None:
        processed, end = 0, 0
        variables = ScriptVariables(self.scope)
        script = str(job.configuration["query"]["query"])
        for number, statement in enumerate(self.statements):
            text = statement.sql.text
            # Not found where `?` was given a name; the place is for messages only.
            start = max(script.find(text, end), end)
            end = start + len(text)
            assignment = read_assignment(statement.sql)
            if assignment is not None:
                variables.assign(services, assignment)
                continue
            child = job.child(number, text, start)
            query = replace(self, scope=variables.current_scope())
            filled = variables.in_statement(statement)
            services.jobs.run(child, partial(query.run_statement, services, filled))
            children = int(job.statistics.get("numChildJobs", 0)) + 1
            job.statistics = {**job.statistics, "numChildJobs": str(children)}
            if child.error is not None:
                raise query_error(child.error)
            processed += int(child.statistics["totalBytesProcessed"])
            job.result_job_id, job.column_names = child.result_job_id, child.column_names
            copied = {key: child.statistics["query"].get(key) for key in _OF_LAST_STATEMENT}
            job.update_query_statistics(
                **{key: value for key, value in copied.items() if value is not None}
            )
        job.update_query_statistics(statementType="SCRIPT")
        _add_bytes(job, processed, self.configuration, num_tables=1)

    def run_statement(self, services: Services, statement: Statement, job: Job) -> None:
        job.check_cancelled()
        tables = accessed_tables(services.backend, self.scope, statement.tables)
        _add_bytes(job, bytes_read(services.backend, tables), self.configuration, len(tables))
        job.update_query_statistics(referencedTables=[table.reference() for table in tables])
        if statement.model is not None:
            run_model_statement(services, self.scope, statement.model, job)
        else:
            self._run_sql(services, statement.sql, tables, job)

    def _run_sql(
        self, services: Services, sql: Sql, tables: Sequence[AccessedTable], job: Job
    ) -> None:
        change = schema_change(services, sql, self.scope.project, tables)
        change.check(services)
        with computed(services, self.scope, sql) as text:
            finished = self._run_in_backend(services, text)
            job.column_names = unnamed_columns(text)
        change.apply(services, job.location)
        job.result_job_id = str(finished["jobReference"]["jobId"])
        statistics = finished["statistics"].get("query", {})
        kind = str(statistics.get("statementType") or "SELECT")
        known = {**statistics, **job.statistics["query"], **_outcome(kind, statistics, tables)}
        job.update_query_statistics(**known)
        if kind == "SELECT" and "destinationTable" not in job.configuration["query"]:
            shown = {**job.configuration["query"], "destinationTable": anonymous_table(job)}
            job.configuration = {**job.configuration, "query": shown}

    def _run_in_backend(self, services: Services, sql: Sql) -> Json:
        scratch = Scratch(services.backend)
        try:
            text = replace_model_catalogs(services, scratch, self.scope, sql)
            query = self.scope.configuration(text.text)
            for setting in ("useLegacySql", "connectionProperties"):
                if setting in self.configuration:
                    query[setting] = self.configuration[setting]
            return services.backend.run_configuration(self.scope.project, {"query": query})
        finally:
            scratch.clear()

    def _dry_run(self, services: Services, sql: Sql) -> Json:
        schema_change(services, sql, self.scope.project, ()).check(services)
        with computed(services, self.scope, sql) as text:
            job = services.backend.run(self.scope, text.text, dry_run=True)
        statistics: Json = job["statistics"].get("query", {})
        return statistics


def read_query(project: str, configuration: Json) -> Query:
    sql = configuration.get("query")
    if not isinstance(sql, str) or not sql.strip():
        error = InvalidQueryError("Required parameter is missing: query")
        error.reason = "required"
        raise error
    _refuse_settings(configuration)
    default = configuration.get("defaultDataset")
    given = tuple(configuration.get("queryParameters") or ())
    text = read_sql(sql)
    if configuration.get("useLegacySql"):
        return Query(QueryScope(project, default, given), (Statement(text),), configuration)
    named, parameters = decode_bytes_parameters(*name_positional(text, given))
    refuse_statements(named)
    statements = tuple(map(Statement, model_script(named) or plain_statements(named)))
    for statement in statements:
        _ = statement.model  # its syntax is checked before anything runs
    return Query(QueryScope(project, default, parameters), statements, configuration)


def _refuse_settings(configuration: Json) -> None:
    """Refuses what would change the query's result or its table, and is not built."""
    for name in REFUSED_SETTINGS:
        if configuration.get(name):
            raise NotSupportedError(
                f"configuration.query.{name} is not supported by the embedded BigQuery"
            )


def _add_bytes(job: Job, processed: int, query: Json, num_tables: int) -> None:
    """Shows what a statement reads; BytesBilledError if it is more than the query allows."""
    billed = bytes_billed(processed, num_tables)
    check_bytes_billed(query.get("maximumBytesBilled"), billed)
    job.statistics = {**job.statistics, "totalBytesProcessed": str(processed)}
    job.update_query_statistics(
        totalBytesProcessed=str(processed),
        totalBytesBilled=str(billed),
        billingTier=1,
        cacheHit=False,
    )


def _outcome(kind: str, statistics: Json, tables: Sequence[AccessedTable]) -> Json:
    outcome: Json = {}
    if kind.startswith(("CREATE_TABLE", "CREATE_VIEW", "DROP_TABLE", "DROP_VIEW")) and tables:
        outcome["ddlTargetTable"] = tables[0].reference()
    if kind in _DML_COUNTS and statistics.get("numDmlAffectedRows") is not None:
        outcome["dmlStats"] = {_DML_COUNTS[kind]: statistics["numDmlAffectedRows"]}
    return outcome
