"""A row of BigQuery as a model takes it: the JSON form of a signature's inputs.

BigQuery ML's exports take INT64, FLOAT64 and NUMERIC as floating point, BOOL as bool, and
everything else as text in BigQuery's own format.
"""

from __future__ import annotations

import base64
import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal

from bqml_export.repository.saved_model_pb import TensorMap
from foundation.json_types import JsonObject

FLOATS = ("float32", "float64")
INTEGERS = ("int32", "int64")


def to_instance(row: Mapping[str, object], inputs: TensorMap) -> JsonObject | None:
    """Returns the row as one element of `instances`, with exactly the keys of `inputs`.

    It is None where the model cannot take the row: a NULL has no representation, and a column
    may be missing or of another type. Columns are matched without regard to case, as BigQuery
    does; a field of a STRUCT is the input `<column>_<field>`. Values have the Python types of
    google-cloud-bigquery.
    """
    columns = {name.lower(): value for name, value in flattened(row)}
    instance = {name: _value(columns.get(name.lower()), kind) for name, kind in inputs.items()}
    return None if any(value is None for value in instance.values()) else instance


def flattened(row: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    """Returns the names and values of a row; a field of a STRUCT is `<column>_<field>`."""
    found: list[tuple[str, object]] = []
    for name, value in row.items():
        if isinstance(value, dict):
            found += flattened(value, f"{prefix}{name}_")
        else:
            found.append((prefix + name, value))
    return found


def _value(value: object, kind: str) -> object:
    dtype, _, shape = kind.rstrip("]").partition("[")
    if shape.count(",") == 0 and shape != "?":
        return _scalar(value, dtype)
    if not isinstance(value, list) or shape.count(",") != 1:
        return None
    items = [_scalar(item, dtype) for item in value]
    return None if None in items else items


def _scalar(value: object, dtype: str) -> object:
    if isinstance(value, bool):
        return value if dtype == "bool" else None
    if dtype in FLOATS and isinstance(value, int | float | Decimal):
        return float(value) if math.isfinite(value) else None
    if dtype in INTEGERS and isinstance(value, int):
        return value
    return _text(value) if dtype == "string" else None


def _text(value: object) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    if isinstance(value, dt.datetime | dt.time):
        return _with_fraction(value)
    return value.isoformat() if isinstance(value, dt.date) else None


def _with_fraction(value: dt.datetime | dt.time) -> str:
    """Returns a DATETIME or TIME with its fraction in 0, 3 or 6 digits, as BigQuery prints it."""
    if value.microsecond == 0:
        digits = "seconds"
    else:
        digits = "microseconds" if value.microsecond % 1000 else "milliseconds"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec=digits)
    return value.isoformat(timespec=digits)
