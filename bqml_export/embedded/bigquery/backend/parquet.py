"""Exact rows as Parquet files with BigQuery's types."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from bqml_export.embedded.bigquery.protocol.result_set import ResultSet
from bqml_export.embedded.ml.data.table import Field
from bqml_export.errors import InvalidQueryError, NotSupportedError

_SCALARS: dict[str, pa.DataType] = {
    "INT64": pa.int64(),
    "FLOAT64": pa.float64(),
    "BOOL": pa.bool_(),
    "STRING": pa.string(),
    "JSON": pa.string(),
    "BYTES": pa.binary(),
    "NUMERIC": pa.decimal128(38, 9),
    "DATE": pa.date32(),
    "DATETIME": pa.timestamp("us"),
    "TIME": pa.time64("us"),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
}


def arrow_type(field: Field) -> pa.DataType:
    if field.type == "STRUCT":
        scalar = pa.struct([(sub.name, arrow_type(sub)) for sub in field.fields])
    elif field.type in _SCALARS:
        scalar = _SCALARS[field.type]
    else:
        raise NotSupportedError(
            f"Column {field.name} has type {field.type}, which the embedded BigQuery cannot write"
        )
    return pa.list_(scalar) if field.mode == "REPEATED" else scalar


def write_parquet(rows: ResultSet) -> bytes:
    schema = pa.schema([(field.name, arrow_type(field)) for field in rows.fields])
    arrays = [
        pa.array(rows.columns[field.name], type=schema.field(index).type)
        for index, field in enumerate(rows.fields)
    ]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink)
    return sink.getvalue()


def fit_columns(parquet: bytes, wanted: Sequence[Field]) -> bytes:
    """Returns the file with the columns of `wanted`, by name; missing ones are NULL."""
    table = pq.read_table(io.BytesIO(parquet))
    given = {name.lower(): table.column(name) for name in table.column_names}
    columns = []
    for field in wanted:
        column = given.get(field.name.lower())
        if column is None and field.mode == "REQUIRED":
            raise InvalidQueryError(f"Required column {field.name} has a missing value")
        if column is None:
            columns.append(pa.nulls(table.num_rows, arrow_type(field)))
            continue
        try:
            columns.append(column.cast(arrow_type(field)))
        except pa.ArrowException as exc:
            raise InvalidQueryError(
                f"Column {field.name} cannot be converted to {field.type}: {exc}"
            ) from exc
    sink = io.BytesIO()
    pq.write_table(pa.table(columns, names=[field.name for field in wanted]), sink)
    return sink.getvalue()
