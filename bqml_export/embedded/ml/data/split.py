"""Which rows train and which evaluate: DATA_SPLIT_METHOD (BigQuery: create-glm).

A random split ranks rows by FarmHash Fingerprint64, as BigQuery does, of the row's column names,
types and values; so it does not depend on the order of rows and is the same on every run. How
BigQuery writes a row before hashing is not published: the evaluation rows are not the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bqml_export.embedded.ml.data._fingerprint import fingerprint64
from bqml_export.embedded.ml.data.columns import base_type, find_field
from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.options.training_options import TrainingOptions
from bqml_export.errors import InvalidQueryError

Rows: TypeAlias = npt.NDArray[np.intp]

_ALL_TRAIN_BELOW = 500
_FIXED_EVAL_ABOVE = 50_000
_FIXED_EVAL_ROWS = 10_000
_ORDERED_TYPES = frozenset({
    "INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "STRING", "BYTES", "BOOL", "DATE", "DATETIME",
    "TIME", "TIMESTAMP",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of the two parts, each ascending."""

    train: Rows
    evaluation: Rows


def split_column(table: Table, options: TrainingOptions) -> Field | None:
    """Returns the column of DATA_SPLIT_COL, which is not a feature."""
    if options.data_split_col is None:
        return None
    field = find_field(table, options.data_split_col)
    if field is None:
        raise InvalidQueryError(
            f"DATA_SPLIT_COL {options.data_split_col} is not a column of the training data."
        )
    allowed = {"BOOL"} if options.data_split_method == "CUSTOM" else _ORDERED_TYPES
    if base_type(field) not in allowed or field.mode.upper() == "REPEATED":
        wanted = "a BOOL" if options.data_split_method == "CUSTOM" else "of a type with an order"
        raise InvalidQueryError(
            f"DATA_SPLIT_COL {field.name} must be {wanted} for DATA_SPLIT_METHOD="
            f"'{options.data_split_method}', but is {field.type}."
        )
    return field


def split_rows(table: Table, options: TrainingOptions) -> Split:
    is_eval = np.zeros(table.num_rows, np.bool_)
    method, column = options.data_split_method, split_column(table, options)
    if method == "CUSTOM" and column is not None:
        is_eval[:] = [value is not False for value in table.columns[column.name]]
    elif method == "SEQ" and column is not None:
        last = eval_count(table.num_rows, options)
        is_eval[_ascending(table.columns[column.name])[table.num_rows - last :]] = True
    else:
        is_eval[_by_fingerprint(table, eval_count(table.num_rows, options))] = True
    return Split(np.flatnonzero(~is_eval), np.flatnonzero(is_eval))


def eval_count(rows: int, options: TrainingOptions) -> int:
    """Returns how many of `rows` rows evaluate, for the methods that go by number."""
    if options.data_split_method == "NO_SPLIT":
        return 0
    if options.data_split_method == "AUTO_SPLIT":
        if rows < _ALL_TRAIN_BELOW:
            return 0
        if rows > _FIXED_EVAL_ABOVE:
            return _FIXED_EVAL_ROWS
    return round(rows * round(options.data_split_eval_fraction, 2))


def _ascending(values: Sequence[Value]) -> list[int]:
    """Returns row numbers in ascending order of value, NULL first as in BigQuery."""

    def key(row: int) -> tuple[bool, object]:
        return values[row] is not None, values[row]

    return sorted(range(len(values)), key=key)


def _by_fingerprint(table: Table, count: int) -> Rows:
    if count == 0:
        return np.empty(0, np.intp)
    schema = ",".join(f"{f.name}:{base_type(f)}" for f in table.fields)
    columns = [table.columns[f.name] for f in table.fields]
    rows = [
        f"{schema}|{values!r}".encode("utf-8", "surrogatepass")
        for values in zip(*columns, strict=True)
    ]
    return np.argsort(fingerprint64(rows), kind="stable")[:count]
