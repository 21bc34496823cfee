"""CSV, newline-delimited JSON and Parquet files as Parquet with BigQuery's types."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bqml_export.embedded.bigquery.backend.parquet import arrow_type
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.ml.data.table import Field
from bqml_export.errors import InvalidQueryError, NotSupportedError

_ANY_FORMAT = frozenset(
    {
        "destinationTable",
        "sourceFormat",
        "sourceUris",
        "schema",
        "autodetect",
        "writeDisposition",
        "createDisposition",
        "schemaUpdateOptions",
        "destinationEncryptionConfiguration",
    }
)
_ADVICE = re.compile(r"This type was|Possible (?:solutions|fixes)|Try setting|Column \w+ is being")
_OWN_FILE = re.compile(r'in file "[^"]*",? ?')
_CSV_ONLY = frozenset(
    {"skipLeadingRows", "fieldDelimiter", "quote", "nullMarker", "encoding"}
    | {"allowQuotedNewlines", "allowJaggedRows"}
)
_OF_FORMAT = {
    "CSV": _CSV_ONLY,
    "NEWLINE_DELIMITED_JSON": frozenset({"ignoreUnknownValues"}),
    "PARQUET": frozenset({"parquetOptions"}),
}
_DUCKDB_TYPES = {
    "INT64": "BIGINT",
    "FLOAT64": "DOUBLE",
    "BOOL": "BOOLEAN",
    "STRING": "VARCHAR",
    "BYTES": "VARCHAR",
    "JSON": "VARCHAR",
    "NUMERIC": "DECIMAL(38, 9)",
    "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
    "TIME": "TIME",
    "TIMESTAMP": "TIMESTAMPTZ",
}


@dataclass(frozen=True, slots=True)
class LoadedFiles:
    """All rows of the files of one load job."""

    fields: tuple[Field, ...]
    parquet: bytes
    num_rows: int


def read_files(sources: Sequence[bytes], load: Json, wanted: tuple[Field, ...]) -> LoadedFiles:
    """Returns the rows of the files; `wanted` is the schema, or empty to find it in the files."""
    name = str(load.get("sourceFormat") or "CSV").upper()
    reader = _READERS.get(name)
    if reader is None:
        raise NotSupportedError(
            f"sourceFormat {name} is not supported by the embedded BigQuery; "
            f"supported are {', '.join(_READERS)}"
        )
    _check_settings(name, load)
    if name != "PARQUET" and not wanted and not load.get("autodetect"):
        raise InvalidQueryError("No schema specified on job or table.")
    try:
        table = pa.concat_tables([reader(source, load, wanted) for source in sources])
        fields = wanted or tuple(_field(field) for field in _column_names(table).schema)
        return _written(table, fields)
    except (duckdb.Error, pa.ArrowException) as exc:
        raise _reading_error(str(exc)) from exc


def _reading_error(message: str) -> InvalidQueryError:
    """Returns the reader's message on one line, without its advice about DuckDB's options."""
    kept = _ADVICE.split(_OWN_FILE.sub("", message.strip()))[0]
    text = " ".join(kept.split()).replace("BIGINT", "INT64").replace("DOUBLE", "FLOAT64")
    error = InvalidQueryError(f"Error while reading data, error message: {text[:500]}")
    error.reason = "invalid"
    return error


def _check_settings(name: str, load: Json) -> None:
    known = _ANY_FORMAT | _OF_FORMAT[name]
    for setting, value in load.items():
        if setting not in known and value not in (None, False, 0, "0", [], {}, ""):
            raise NotSupportedError(
                f"configuration.load.{setting} is not supported by the embedded BigQuery "
                f"for {name} files"
            )
    for setting in ("schemaUpdateOptions", "destinationEncryptionConfiguration"):
        if load.get(setting):
            raise NotSupportedError(
                f"configuration.load.{setting} is not supported by the embedded BigQuery"
            )


def _read_csv(source: bytes, load: Json, wanted: tuple[Field, ...]) -> pa.Table:
    skip = int(load.get("skipLeadingRows") or 0)
    encoding = str(load.get("encoding") or "UTF-8").upper()
    if encoding not in ("UTF-8", "UTF8"):
        raise NotSupportedError(f"encoding {encoding} is not supported by the embedded BigQuery")
    options: dict[str, object] = {
        "delim": _delimiter(str(load.get("fieldDelimiter") or ",")),
        "quote": load.get("quote", '"'),
        "nullstr": [str(load.get("nullMarker") or "")],
        "allow_quoted_nulls": False,
        "null_padding": bool(load.get("allowJaggedRows")),
    }
    if wanted:
        options |= {"skip": skip, "header": False, "auto_detect": False}
        options["columns"] = {field.name: _duckdb_type(field) for field in wanted}
    elif skip:
        # BigQuery takes the last skipped row for the names.
        options |= {"skip": skip - 1, "header": True}
    return _query_file("read_csv", source, options, wanted)


def _read_json(source: bytes, load: Json, wanted: tuple[Field, ...]) -> pa.Table:
    options: dict[str, object] = {"format": "newline_delimited"}
    if wanted:
        if not load.get("ignoreUnknownValues"):
            _check_known(source, wanted)
        options["columns"] = {field.name: _duckdb_type(field) for field in wanted}
    return _query_file("read_json", source, options, wanted)


def _check_known(source: bytes, wanted: tuple[Field, ...]) -> None:
    known = {field.name.lower() for field in wanted}
    for number, line in enumerate(source.splitlines(), start=1):
        try:
            row = json.loads(line) if line.strip() else {}
        except ValueError:
            return  # the reader says what is wrong with it
        for name in row if isinstance(row, dict) else ():
            if name.lower() not in known:
                raise _reading_error(f"JSON parsing error in row {number}: No such field: {name}.")


def _read_parquet(source: bytes, _load: Json, wanted: tuple[Field, ...]) -> pa.Table:
    table = pq.read_table(io.BytesIO(source))
    if not wanted:
        return table
    unknown = set(table.column_names) - {field.name for field in wanted}
    if unknown:
        raise InvalidQueryError(f"No such field in the schema: {', '.join(sorted(unknown))}")
    columns = [
        table.column(field.name)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, arrow_type(field))
        for field in wanted
    ]
    return pa.table(columns, names=[field.name for field in wanted])


def _query_file(
    function: str, source: bytes, options: Mapping[str, object], wanted: tuple[Field, ...]
) -> pa.Table:
    names = ", ".join(f"{name} = ${name}" for name in options)
    columns = ", ".join(_selected(field) for field in wanted) or "*"
    with tempfile.TemporaryDirectory(prefix="bqml-load-") as folder:
        path = Path(folder) / "data"
        path.write_bytes(source)
        with duckdb.connect(":memory:") as connection:
            connection.execute("SET TimeZone = 'UTC'")
            # The names are ours, the values are bound.
            sql = f"SELECT {columns} FROM {function}($path, {names})"  # noqa: S608
            return connection.execute(sql, {"path": str(path), **options}).to_arrow_table()


def _selected(field: Field) -> str:
    quoted = '"' + field.name.replace('"', '""') + '"'
    if field.type == "BYTES" and field.mode != "REPEATED":
        return f"from_base64({quoted}) AS {quoted}"
    return quoted


def _duckdb_type(field: Field) -> str:
    if field.type == "STRUCT":
        inner = ", ".join(f'"{sub.name}" {_duckdb_type(sub)}' for sub in field.fields)
        scalar = f"STRUCT({inner})"
    elif field.type in _DUCKDB_TYPES:
        scalar = _DUCKDB_TYPES[field.type]
    else:
        raise NotSupportedError(
            f"Column {field.name} has type {field.type}, which the embedded BigQuery cannot load"
        )
    return f"{scalar}[]" if field.mode == "REPEATED" else scalar


def _delimiter(text: str) -> str:
    return {"\\t": "\t", "tab": "\t"}.get(text, text)


def _written(table: pa.Table, fields: tuple[Field, ...]) -> LoadedFiles:
    _check_required(table, fields)
    schema = pa.schema([(field.name, arrow_type(field)) for field in fields])
    sink = io.BytesIO()
    pq.write_table(table.rename_columns(schema.names).cast(schema), sink)
    return LoadedFiles(fields, sink.getvalue(), table.num_rows)


def _column_names(table: pa.Table) -> pa.Table:
    """Returns the table with names that BigQuery allows, as its schema detection makes them."""
    names = [re.sub(r"\W", "_", name.strip()) or f"string_field_{n}"
             for n, name in enumerate(table.column_names)]  # fmt: skip
    return table.rename_columns([f"_{name}" if name[0].isdigit() else name for name in names])


def _check_required(table: pa.Table, fields: tuple[Field, ...]) -> None:
    for index, field in enumerate(fields):
        if field.mode == "REQUIRED" and table.column(index).null_count:
            raise InvalidQueryError(f"Required column {field.name} has a missing value")


def _field(column: pa.Field) -> Field:
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        element = _field(pa.field(column.name, kind.value_type))
        return Field(column.name, element.type, "REPEATED", element.fields)
    if pa.types.is_struct(kind):
        subs = tuple(_field(kind.field(index)) for index in range(kind.num_fields))
        return Field(column.name, "STRUCT", "NULLABLE", subs)
    for matches, name in _ARROW_TYPES:
        if matches(kind):
            return Field(column.name, name)
    raise NotSupportedError(f"Column {column.name} has the type {kind}, which BigQuery cannot load")


_ARROW_TYPES: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_boolean, "BOOL"),
    (pa.types.is_integer, "INT64"),
    (pa.types.is_floating, "FLOAT64"),
    (pa.types.is_decimal, "NUMERIC"),
    (lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind), "STRING"),
    (lambda kind: pa.types.is_binary(kind) or pa.types.is_large_binary(kind), "BYTES"),
    (pa.types.is_date, "DATE"),
    (pa.types.is_time, "TIME"),
    (pa.types.is_timestamp, "TIMESTAMP"),
    (pa.types.is_null, "STRING"),
    (pa.types.is_dictionary, "STRING"),
)
_READERS: Mapping[str, Callable[[bytes, Json, tuple[Field, ...]], pa.Table]] = {
    "CSV": _read_csv,
    "NEWLINE_DELIMITED_JSON": _read_json,
    "PARQUET": _read_parquet,
}
