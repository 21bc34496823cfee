"""What DROP SCHEMA and ALTER TABLE mean beyond the backend's tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bqml_export.embedded.bigquery.backend.client import BackendClient, dataset_path, table_path
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.embedded.bigquery.tables.accessed import AccessedTable
from bqml_export.errors import QueryError
from bqml_export.sql.schema_statements import CreateSchema, created_schemas, dropped_schemas
from bqml_export.sql.tokens import Sql


class InUseError(QueryError):
    """The dataset still holds something."""

    reason = "resourceInUse"


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """The datasets that a text drops, with whether their contents go too, and altered tables."""

    dropped: tuple[tuple[str, str, bool], ...]
    altered: tuple[AccessedTable, ...]
    created: tuple[tuple[str, CreateSchema], ...]
    """New datasets with their projects."""

    def check(self, services: Services) -> None:
        """Refuses to drop a dataset that holds models."""
        for project, dataset, cascade in self.dropped:
            if not cascade and services.models.list(project, dataset):
                raise InUseError(f"Dataset {project}:{dataset} is still in use")

    def apply(self, services: Services, location: str) -> None:
        """Brings models, table schemas and datasets in line with what has run at `location`."""
        for project, schema in self.created:
            fields = {"location": location, **schema.fields}
            services.backend.call("PATCH", dataset_path(project, schema.dataset), fields)
        for project, dataset, _ in self.dropped:
            if not services.backend.exists(dataset_path(project, dataset)):
                services.models.delete_all(project, dataset)
        for table in self.altered:
            _update_schema(services.backend, table)


def schema_change(
    services: Services, sql: Sql, project: str, tables: Sequence[AccessedTable]
) -> SchemaChange:
    """Returns what a statement or a script, which has not run yet, changes."""
    dropped = tuple(
        (schema.project or project, schema.dataset, schema.cascade)
        for schema in dropped_schemas(sql)
    )
    alters = any(
        token.word == "ALTER" and sql.words(n + 1, 1) == ("TABLE",) for n, token in enumerate(sql)
    )
    created = tuple((schema.project or project, schema) for schema in created_schemas(sql))
    new = tuple(
        (owner, schema)
        for owner, schema in created
        if not services.backend.exists(dataset_path(owner, schema.dataset))
    )
    return SchemaChange(dropped, tuple(tables) if alters else (), new)


def _update_schema(backend: BackendClient, table: AccessedTable) -> None:
    path = table_path(table.project, table.dataset, table.table)
    known = {field["name"]: field for field in _schema(backend.call("GET", path))}
    name = f"`{table.project}`.`{table.dataset}`.`{table.table}`"
    select = {"query": f"SELECT * FROM {name} LIMIT 0", "useLegacySql": False}  # noqa: S608 - quoted
    job = backend.run_configuration(table.project, {"query": select, "dryRun": True})
    actual = job["statistics"]["query"]["schema"]["fields"]
    fields = [known.get(field["name"], field) for field in actual]
    backend.call("PATCH", path, {"schema": {"fields": fields}, "tableReference": table.reference()})


def _schema(resource: Json) -> list[Json]:
    fields: list[Json] = resource.get("schema", {}).get("fields", [])
    return fields
