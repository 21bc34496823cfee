"""Checks of the rows of tabledata.insertAll."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from bqml_export.embedded.bigquery.protocol.result_set import standard_type
from bqml_export.embedded.bigquery.protocol.wire import Json

JsonValue: TypeAlias = Any
"""A value of a row as the client wrote it."""


def insert_errors(rows: Sequence[Json], fields: Sequence[Json], request: Json) -> list[Json]:
    """Returns `insertErrors` of a request: what is wrong with each row that does not fit.

    With a wrong row and without `skipInvalidRows` nothing is inserted: the others are `stopped`.
    """
    ignore_unknown = bool(request.get("ignoreUnknownValues"))
    found = {
        index: errors
        for index, row in enumerate(rows)
        if (errors := list(_row_errors(row.get("json") or {}, fields, "", ignore_unknown)))
    }
    if found and not request.get("skipInvalidRows"):
        stopped = {"reason": "stopped", "location": "", "debugInfo": "", "message": ""}
        found |= {index: [stopped] for index in range(len(rows)) if index not in found}
    return [{"index": index, "errors": found[index]} for index in sorted(found)]


def _row_errors(
    row: Json, fields: Sequence[Json], prefix: str, ignore_unknown: bool
) -> Iterable[Json]:
    known = {str(field["name"]).lower(): field for field in fields}
    for name in row:
        if name.lower() not in known and not ignore_unknown:
            yield _error(f"{prefix}{name}", f"no such field: {prefix}{name}.")
    given = {name.lower(): value for name, value in row.items()}
    for name, field in known.items():
        yield from _value_errors(given.get(name), field, prefix, ignore_unknown)


def _value_errors(
    value: JsonValue, field: Json, prefix: str, ignore_unknown: bool
) -> Iterable[Json]:
    path = f"{prefix}{field['name']}"
    mode = field.get("mode") or "NULLABLE"
    if value is None:
        if mode == "REQUIRED":
            yield _error(path, f"Missing required field: {path}.")
        return
    if mode == "REPEATED":
        if not isinstance(value, list):
            yield _error(path, f"Array specified for non-repeated field: {path}.")
            return
        for item in value:
            yield from _value_errors(item, {**field, "mode": "REQUIRED"}, prefix, ignore_unknown)
        return
    kind = standard_type(str(field["type"]))
    if kind == "STRUCT":
        if isinstance(value, dict):
            sub_fields = field.get("fields") or ()
            yield from _row_errors(value, sub_fields, f"{path}.", ignore_unknown)
        else:
            yield _error(path, f"This field: {path} is a record.")
        return
    if isinstance(value, list | dict) and kind != "JSON":
        yield _error(path, f"This field: {path} is not a record or array.")
    elif not _fits(kind, value):
        yield _error(path, f"Cannot convert value to {kind.lower()} (bad value): {value}")


def _fits(kind: str, value: JsonValue) -> bool:
    check = _CHECKS.get(kind)
    if check is None:
        return True
    try:
        check(value)
    except (ValueError, TypeError, InvalidOperation, binascii.Error):
        return False
    return True


def _check_integer(value: JsonValue) -> None:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError
    if not -(1 << 63) <= int(value) < 1 << 63:
        raise ValueError


def _check_bool(value: JsonValue) -> None:
    if not isinstance(value, bool) and str(value).lower() not in ("true", "false"):
        raise ValueError


def _check_timestamp(value: JsonValue) -> None:
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise ValueError
        return
    datetime.fromisoformat(str(value).replace(" UTC", "+00:00"))


def _check_decimal(value: JsonValue) -> None:
    if not Decimal(str(value)).is_finite():
        raise ValueError


_CHECKS: dict[str, Callable[[JsonValue], object]] = {
    "INT64": _check_integer,
    "FLOAT64": float,
    "BOOL": _check_bool,
    "NUMERIC": _check_decimal,
    "BIGNUMERIC": _check_decimal,
    "DATE": lambda value: date.fromisoformat(str(value)),
    "DATETIME": lambda value: datetime.fromisoformat(str(value)),
    "TIME": lambda value: time.fromisoformat(str(value)),
    "TIMESTAMP": _check_timestamp,
    "BYTES": lambda value: base64.b64decode(str(value), validate=True),
}


def _error(location: str, message: str) -> Json:
    return {"reason": "invalid", "location": location, "debugInfo": "", "message": message}
