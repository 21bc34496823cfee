"""Tables that jobs write: dispositions, schema and rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bqml_export.embedded.bigquery.backend.client import BackendClient, dataset_path, table_path
from bqml_export.embedded.bigquery.protocol.result_set import ResultSet, parse_field
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.ml.data.table import Field
from bqml_export.errors import (
    DuplicateError,
    InvalidQueryError,
    NotFoundError,
    NotSupportedError,
)

_DISPOSITIONS = ("WRITE_APPEND", "WRITE_EMPTY", "WRITE_TRUNCATE")


@dataclass(frozen=True, slots=True)
class Target:
    """The table that a job writes; `existing` is its resource, or None when it is not there."""

    project: str
    dataset: str
    table: str
    existing: Json | None
    replace: bool

    def __str__(self) -> str:
        return f"{self.project}:{self.dataset}.{self.table}"

    def fields(self) -> tuple[Field, ...]:
        """Returns the columns that the rows must fit, none when the job chooses them."""
        if self.existing is None or self.replace:
            return ()
        schemas = self.existing.get("schema", {}).get("fields", ())
        return tuple(parse_field(schema) for schema in schemas)

    def write(self, backend: BackendClient, fields: Sequence[Field], parquet: bytes) -> None:
        """Writes the rows of a Parquet file whose columns are `fields`."""
        if self.existing is not None and self.replace:
            backend.delete(table_path(self.project, self.dataset, self.table))
        if self.existing is None or self.replace:
            backend.create_table(self.project, self.dataset, self.table, fields)
        backend.append_parquet(self.project, self.dataset, self.table, parquet)

    def write_file(self, backend: BackendClient, fields: Sequence[Field], parquet: bytes) -> None:
        """Writes a Parquet file; an existing table takes it by the names of its columns."""
        wanted = self.fields()
        if wanted and wanted != tuple(fields):
            from bqml_export.embedded.bigquery.backend.parquet import fit_columns

            _check_names(fields, wanted, str(self))
            parquet = fit_columns(parquet, wanted)
        self.write(backend, wanted or fields, parquet)

    def write_rows(self, backend: BackendClient, rows: ResultSet) -> None:
        """Writes the rows of a query; an existing table takes them by the names of its columns."""
        # pyarrow takes time to import and most requests never come here.
        from bqml_export.embedded.bigquery.backend.parquet import write_parquet

        fitting = _by_name(rows, self.fields(), str(self))
        self.write(backend, fitting.fields, write_parquet(fitting))


def open_target(
    backend: BackendClient, project: str, configuration: Json, *, default_disposition: str
) -> Target:
    given = configuration.get("destinationTable") or {}
    owner = str(given.get("projectId") or project)
    dataset, table = str(given.get("datasetId") or ""), str(given.get("tableId") or "")
    if not dataset or not table:
        raise InvalidQueryError("A job needs a destinationTable with dataset and table")
    backend.call("GET", dataset_path(owner, dataset))
    write = str(configuration.get("writeDisposition") or default_disposition)
    target = Target(
        owner, dataset, table, _existing(backend, owner, dataset, table), write == "WRITE_TRUNCATE"
    )
    _check_dispositions(target, write, str(configuration.get("createDisposition") or ""))
    return target


def _existing(backend: BackendClient, project: str, dataset: str, table: str) -> Json | None:
    try:
        return backend.call("GET", table_path(project, dataset, table))
    except NotFoundError:
        return None


def _check_dispositions(target: Target, write: str, create: str) -> None:
    if write not in _DISPOSITIONS:
        raise NotSupportedError(
            f"writeDisposition {write} is not supported by the embedded BigQuery"
        )
    if target.existing is None:
        if create == "CREATE_NEVER":
            raise NotFoundError(f"Not found: Table {target}")
        return
    if target.existing.get("type", "TABLE") != "TABLE":
        raise InvalidQueryError(f"{target} is not a table that data can be written to")
    if write == "WRITE_EMPTY" and int(target.existing.get("numRows", 0)):
        raise DuplicateError(f"Already Exists: Table {target}")


def _check_names(given: Sequence[Field], wanted: Sequence[Field], name: str) -> None:
    known = {field.name.lower() for field in wanted}
    for field in given:
        if field.name.lower() not in known:
            raise InvalidQueryError(
                f"Provided Schema does not match Table {name}. "
                f"Cannot add fields (field: {field.name})"
            )


def _by_name(rows: ResultSet, wanted: tuple[Field, ...], name: str) -> ResultSet:
    if not wanted:
        return rows
    _check_names(rows.fields, wanted, name)
    columns = {column.lower(): values for column, values in rows.columns.items()}
    missing = [None] * rows.num_rows
    fitting = {field.name: columns.get(field.name.lower(), missing) for field in wanted}
    return ResultSet(wanted, fitting, rows.num_rows)
