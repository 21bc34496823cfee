"""The tables that a statement touches: where they are and how much of them it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bqml_export.embedded.bigquery.backend.client import BackendClient, QueryScope, table_path
from bqml_export.embedded.bigquery.protocol.result_set import parse_field
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.ml.data.table import Field
from bqml_export.errors import NotFoundError, QueryError
from bqml_export.sql.table_references import TableReference

_FIXED_BYTES = {
    "INT64": 8,
    "FLOAT64": 8,
    "BOOL": 1,
    "NUMERIC": 16,
    "BIGNUMERIC": 32,
    "DATE": 8,
    "DATETIME": 8,
    "TIME": 8,
    "TIMESTAMP": 8,
}
_TEXT_TYPES = ("STRING", "BYTES")
_MEGABYTE = 1 << 20
_LEAST_BILLED_BYTES = 10 * _MEGABYTE


@dataclass(frozen=True, slots=True)
class AccessedTable:
    """One table in a dataset that exists; `columns` in lower case, None for all of them."""

    project: str
    dataset: str
    table: str
    columns: frozenset[str] | None
    location: str

    def reference(self) -> Json:
        return {"projectId": self.project, "datasetId": self.dataset, "tableId": self.table}


class BytesBilledError(QueryError):
    """The query reads more than its client allows."""

    reason = "bytesBilledLimitExceeded"


def accessed_tables(
    backend: BackendClient, scope: QueryScope, references: Sequence[TableReference]
) -> tuple[AccessedTable, ...]:
    found = []
    locations: dict[tuple[str, str], str | None] = {}
    for reference in references:
        project, dataset = _owner(scope, reference)
        if not dataset:
            continue
        if (project, dataset) not in locations:
            locations[project, dataset] = _location(backend, project, dataset)
        location = locations[project, dataset]
        if location is not None:
            table = AccessedTable(project, dataset, reference.table, reference.columns, location)
            found.append(table)
    return tuple(found)


def location_of(asked: str, tables: Sequence[AccessedTable]) -> str:
    """Returns where a query of `tables` runs; `asked` is empty when the client leaves it open."""
    location = asked or (tables[0].location if tables else "US")
    for table in tables:
        check_location(location, table.location, f"{table.project}:{table.dataset}")
    return tables[0].location if tables else location


def check_location(asked: str, actual: str, dataset: str) -> str:
    if asked and asked.upper() != actual.upper():
        # Not a word about jobs: the client repeats a 404 that speaks of one for ten minutes.
        raise NotFoundError(
            f"Not found: Dataset {dataset} was not found in location {asked}; it is in {actual}"
        )
    return actual


def bytes_read(backend: BackendClient, tables: Sequence[AccessedTable]) -> int:
    """Returns the logical bytes of the columns that are read, by BigQuery's sizes of types."""
    return sum(table_bytes(backend, table) for table in tables)


def bytes_billed(processed: int, num_tables: int) -> int:
    """Returns the bytes that BigQuery bills: whole megabytes, at least ten for each table."""
    if processed == 0:
        return 0
    megabytes = -(-processed // _MEGABYTE) * _MEGABYTE
    return max(megabytes, _LEAST_BILLED_BYTES * max(num_tables, 1))


def check_bytes_billed(limit: object, billed: int) -> None:
    if limit is not None and int(str(limit)) < billed:
        raise BytesBilledError(
            f"Query exceeded limit for bytes billed: {limit}. {billed} or higher required."
        )


def table_bytes(backend: BackendClient, table: AccessedTable) -> int:
    """Returns the logical bytes of a table's columns; 0 when there is no such table."""
    try:
        resource = backend.call("GET", table_path(table.project, table.dataset, table.table))
        fields = [parse_field(schema) for schema in resource.get("schema", {}).get("fields", ())]
        columns = table.columns
        read = [field for field in fields if columns is None or field.name.lower() in columns]
        if not read:
            return 0
        total = " + ".join(f"COALESCE(SUM({_size(field)}), 0)" for field in read)
        name = f"`{table.project}`.`{table.dataset}`.`{table.table}`"
        sql = f"SELECT CAST({total} AS INT64) AS size FROM {name}"  # noqa: S608 - quoted names
        rows = backend.rows(QueryScope(table.project), sql)
    except QueryError:
        return 0
    return int(str(rows.columns["size"][0]))


def _size(field: Field) -> str:
    name = f"`{field.name}`"
    if field.mode != "REPEATED" and field.type in _FIXED_BYTES:
        return f"IF({name} IS NULL, 0, {_FIXED_BYTES[field.type]})"
    if field.mode != "REPEATED" and field.type in _TEXT_TYPES:
        return f"COALESCE(BYTE_LENGTH({name}) + 2, 0)"
    return f"COALESCE(BYTE_LENGTH(TO_JSON_STRING({name})), 0)"


def _owner(scope: QueryScope, reference: TableReference) -> tuple[str, str]:
    if reference.dataset:
        return reference.project or scope.project, reference.dataset
    default = scope.default_dataset or {}
    project = str(default.get("projectId") or scope.project)
    return project, str(default.get("datasetId") or "")


def _location(backend: BackendClient, project: str, dataset: str) -> str | None:
    try:
        return backend.dataset_location(project, dataset)
    except QueryError:
        return None
