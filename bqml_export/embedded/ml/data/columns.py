"""Which types BigQuery ML treats as numbers and which as categories, and their values."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.errors import InvalidQueryError

Floats: TypeAlias = npt.NDArray[np.float64]

NUMERIC_TYPES = frozenset({"INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC"})
CATEGORY_TYPES = frozenset({"STRING", "BYTES", "BOOL", "DATE", "DATETIME", "TIME"})


def base_type(field: Field) -> str:
    """Returns the type name of `field` without parameters: NUMERIC for NUMERIC(10, 2)."""
    return field.type.partition("(")[0].strip().upper()


def is_array(field: Field) -> bool:
    """Returns whether `field` is an ARRAY, whose `type` is that of its elements."""
    return field.mode.upper() == "REPEATED"


def find_field(table: Table, name: str) -> Field | None:
    """Returns the column called `name` in any case, as BigQuery compares column names."""
    return next((f for f in table.fields if f.name.lower() == name.lower()), None)


def numbers(name: str, values: Sequence[Value]) -> Floats:
    """Returns numeric `values` as float64, NULL as NaN; refuses NaN and infinity."""
    is_null = np.fromiter((v is None for v in values), np.bool_, len(values))
    try:
        result = np.array([np.nan if v is None else v for v in values], np.float64)
    except (TypeError, ValueError, OverflowError) as exc:
        raise InvalidQueryError(f"Column {name} holds a value that is not a number.") from exc
    if not np.isfinite(result[~is_null]).all():
        raise InvalidQueryError(
            f"Column {name} holds NaN or infinity; leave such rows out, "
            f"for example with WHERE NOT IS_NAN({name}) AND NOT IS_INF({name})."
        )
    return result


def category(value: Value) -> str:
    """Returns the text of a category value: 'true' for TRUE, BYTES as Latin-1 characters.

    Latin-1 maps each byte to one character and back, so that BYTES survive JSON.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return str(value)


def categories(values: Sequence[Value]) -> list[str | None]:
    return [v if v is None or type(v) is str else category(v) for v in values]


def category_bytes(type_: str, text: str) -> bytes:
    return text.encode("latin-1" if type_ == "BYTES" else "utf-8")


def category_label(type_: str, text: str) -> str:
    """Returns a category for people: BYTES in base64, as BigQuery prints them."""
    if type_ != "BYTES":
        return text
    return base64.b64encode(text.encode("latin-1")).decode("ascii")


def display_number(value: float) -> str:
    """Returns a number as CAST(... AS STRING) prints it: 1.0 as '1'."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
