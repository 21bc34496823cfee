"""Which columns BigQuery ML treats as numbers and which as categories, and their values.

A STRUCT column `s` with the field `f` becomes the column `s_f` (BigQuery: auto-preprocessing).
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from bqml_export.embedded.ml.table import Field, Table, Value
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Floats: TypeAlias = npt.NDArray[np.float64]

NUMERIC_TYPES = frozenset({"INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC"})
CATEGORY_TYPES = frozenset({"STRING", "BYTES", "BOOL", "DATE", "DATETIME", "TIME"})
_TRAINED_BUT_NEVER_EXPORTED = {
    "TIMESTAMP": "select EXTRACT(... FROM {0}) or CAST({0} AS DATE) instead",
    "GEOGRAPHY": "select ST_X({0}) and ST_Y({0}) instead",
}


def base_type(field: Field) -> str:
    """Returns the type name of `field` without parameters: NUMERIC for NUMERIC(10, 2)."""
    return field.type.partition("(")[0].strip().upper()


def find_field(table: Table, name: str) -> Field | None:
    """Returns the column called `name` in any case, as BigQuery compares column names."""
    return next((f for f in table.fields if f.name.lower() == name.lower()), None)


def flatten(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Returns the columns that the model sees: each STRUCT replaced by its fields.

    Raises:
        InvalidQueryError: A STRUCT is nested, or two columns end up with one name.
        NotSupportedError: A column has a type that the exported graph cannot take.
    """
    flat: list[Field] = []
    for field in fields:
        _refuse_repeated(field)
        if base_type(field) == "STRUCT":
            flat.extend(_expand(field))
        else:
            flat.append(field)
    names = [f.name.lower() for f in flat]
    for field in flat:
        _check_type(field)
        if names.count(field.name.lower()) > 1:
            raise InvalidQueryError(f"Two feature columns are named {field.name}.")
    return tuple(flat)


def _expand(struct: Field) -> list[Field]:
    for field in struct.fields:
        if base_type(field) == "STRUCT":
            raise InvalidQueryError(
                f"Feature column {struct.name}.{field.name} is a STRUCT within a STRUCT, "
                "which BigQuery ML does not take; select its fields instead."
            )
        _refuse_repeated(field)
    return [Field(f"{struct.name}_{f.name}", f.type, f.mode) for f in struct.fields]


def _refuse_repeated(field: Field) -> None:
    if field.mode.upper() == "REPEATED" or base_type(field) == "ARRAY":
        raise NotSupportedError(
            f"Feature column {field.name} is an ARRAY: BigQuery ML does not export models "
            "trained on one; select its elements as columns instead."
        )


def _check_type(field: Field) -> None:
    type_ = base_type(field)
    if type_ in _TRAINED_BUT_NEVER_EXPORTED:
        hint = _TRAINED_BUT_NEVER_EXPORTED[type_].format(field.name)
        raise NotSupportedError(
            f"Feature column {field.name} is a {type_}: BigQuery ML does not export models "
            f"trained on one; {hint}."
        )
    if type_ not in NUMERIC_TYPES | CATEGORY_TYPES:
        raise InvalidQueryError(
            f"Feature column {field.name} has the type {field.type}, which cannot be a feature."
        )


def flat_values(table: Table, fields: Sequence[Field]) -> dict[str, Sequence[Value]]:
    """Returns the values of `fields` of `table` by flattened column name."""
    values: dict[str, Sequence[Value]] = {}
    for field in fields:
        column = table.columns[field.name]
        if base_type(field) != "STRUCT":
            values[field.name] = column
            continue
        for part in field.fields:
            values[f"{field.name}_{part.name}"] = [
                row.get(part.name) if isinstance(row, dict) else None for row in column
            ]
    return values


def numbers(name: str, values: Sequence[Value]) -> Floats:
    """Returns numeric `values` as float64, NULL as NaN.

    Raises:
        InvalidQueryError: A value is NaN or infinite, or not a number.
    """
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
    """Returns the category text of each value, None for NULL."""
    return [v if v is None or type(v) is str else category(v) for v in values]


def category_bytes(type_: str, text: str) -> bytes:
    """Returns the bytes that a request to the exported model carries for a category."""
    return text.encode("latin-1" if type_ == "BYTES" else "utf-8")


def category_label(type_: str, text: str) -> str:
    """Returns a category for people: BYTES in base64, as BigQuery prints them."""
    if type_ != "BYTES":
        return text
    return base64.b64encode(text.encode("latin-1")).decode("ascii")


def display_number(value: float) -> str:
    """Returns a number as CAST(... AS STRING) prints it: 1.0 as '1'."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
