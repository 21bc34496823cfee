"""The columns that a model sees: STRUCT and TIMESTAMP columns taken apart, the others as they are.

A STRUCT column `s` with the field `f` becomes the column `s_f`; a TIMESTAMP column becomes its
Unix time and the parts of its calendar (BigQuery: auto-preprocessing).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bqml_export.embedded.ml.data.columns import (
    CATEGORY_TYPES,
    NUMERIC_TYPES,
    base_type,
    is_array,
)
from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.data.timestamps import timestamp_columns, timestamp_values
from bqml_export.errors import InvalidQueryError, NotSupportedError


def flatten(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Returns the columns that the model sees; refuses nested STRUCTs and equal names."""
    flat = [part for field in fields for part in _expand(field)]
    names = [f.name.lower() for f in flat]
    for field in flat:
        if names.count(field.name.lower()) > 1:
            raise InvalidQueryError(f"Two feature columns are named {field.name}.")
    return tuple(flat)


def flat_values(table: Table, fields: Sequence[Field]) -> dict[str, Sequence[Value]]:
    """Returns the values of `fields` of `table` by the name of the column that the model sees."""
    values: dict[str, Sequence[Value]] = {}
    for field in fields:
        column = table.columns[field.name]
        if is_array(field) or base_type(field) not in {"STRUCT", "TIMESTAMP"}:
            values[field.name] = column
        elif base_type(field) == "TIMESTAMP":
            values |= timestamp_values(field.name, column)
        else:
            values |= _struct_values(field, column)
    return values


def why_not_exportable(fields: Iterable[Field]) -> str | None:
    """Returns which column keeps BigQuery from exporting a model of `fields`, or None."""
    for field in fields:
        for part in field.fields if base_type(field) == "STRUCT" else (field,):
            if is_array(part) or is_array(field):
                return f"feature column {field.name} is an ARRAY"
            if base_type(part) == "TIMESTAMP":
                return f"feature column {field.name} is a TIMESTAMP"
    return None


def _expand(field: Field) -> tuple[Field, ...]:
    type_ = base_type(field)
    if is_array(field):
        _check_array(field)
        return (field,)
    if type_ == "STRUCT":
        return tuple(part for f in field.fields for part in _expand(_member(field, f)))
    if type_ == "TIMESTAMP":
        return timestamp_columns(field.name)
    if type_ == "GEOGRAPHY":
        raise NotSupportedError(
            f"Feature column {field.name} is a GEOGRAPHY, which the embedded engine does not read; "
            f"select ST_X({field.name}) and ST_Y({field.name}) instead."
        )
    if type_ not in NUMERIC_TYPES | CATEGORY_TYPES:
        raise InvalidQueryError(
            f"Feature column {field.name} has the type {field.type}, which cannot be a feature."
        )
    return (field,)


def _member(struct: Field, member: Field) -> Field:
    if base_type(member) == "STRUCT" and not is_array(member):
        raise InvalidQueryError(
            f"Feature column {struct.name}.{member.name} is a STRUCT within a STRUCT, "
            "which BigQuery ML does not take; select its fields instead."
        )
    return Field(f"{struct.name}_{member.name}", member.type, member.mode, member.fields)


def _check_array(field: Field) -> None:
    type_ = base_type(field)
    if type_ == "STRUCT":
        types = [base_type(f) for f in field.fields if not is_array(f)]
        if len(field.fields) == 2 and types[:1] == ["INT64"] and types[-1] in NUMERIC_TYPES:
            return
        raise InvalidQueryError(
            f"Feature column {field.name} is an ARRAY of STRUCT, which must have exactly two "
            "fields, an INT64 index and a number."
        )
    if type_ not in NUMERIC_TYPES | CATEGORY_TYPES | {"TIMESTAMP"}:
        raise InvalidQueryError(
            f"Feature column {field.name} has the type ARRAY<{field.type}>, which cannot be a "
            "feature."
        )


def _struct_values(struct: Field, column: Sequence[Value]) -> dict[str, Sequence[Value]]:
    parts = {
        f"{struct.name}_{f.name}": [
            row.get(f.name) if isinstance(row, dict) else None for row in column
        ]
        for f in struct.fields
    }
    fields = [_member(struct, f) for f in struct.fields]
    return flat_values(Table(tuple(fields), parts, len(column)), fields)
