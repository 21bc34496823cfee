"""Columns of a Parquet file put in the order of a table."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from bqml_export.embedded.bigquery.backend.parquet import arrow_type
from bqml_export.errors import InvalidQueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bqml_export.embedded.ml.data.table import Field


def fit_columns(parquet: bytes, wanted: Sequence[Field]) -> bytes:
    """Returns the file with the columns of `wanted`, by name; missing ones are NULL.

    Raises:
        InvalidQueryError: A REQUIRED column is missing, or values cannot be converted.
    """
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
