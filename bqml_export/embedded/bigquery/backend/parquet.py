"""Exact rows as a Parquet file with BigQuery's types."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from bqml_export.errors import NotSupportedError

if TYPE_CHECKING:
    from bqml_export.embedded.bigquery.protocol.result_set import ResultSet
    from bqml_export.embedded.ml.data.table import Field

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
    """Returns the Arrow type of a column.

    Raises:
        NotSupportedError: The embedded BigQuery cannot store the type.
    """
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
