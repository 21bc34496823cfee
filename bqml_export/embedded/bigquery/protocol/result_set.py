"""BigQuery's JSON rows, exact Python values and the ML engine's values, in all directions.

Exact values lose nothing (Decimal, date, datetime ...). The engine's values are what a BigQuery ML
export takes: floats for NUMERIC, and DATE, DATETIME, TIME and TIMESTAMP as text.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.ml.data.table import Field, Table, Value

WireValue: TypeAlias = Any
"""The `v` of one cell of the REST API."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STANDARD = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "RECORD": "STRUCT"}
_LEGACY = {standard: legacy for legacy, standard in _STANDARD.items()}


@dataclass(frozen=True, slots=True)
class ResultSet:
    """The rows of a query: one list of exact values per column."""

    fields: tuple[Field, ...]
    columns: Mapping[str, Sequence[Value]]
    num_rows: int


def standard_type(name: str) -> str:
    """Returns the GoogleSQL name of a type, INT64 for INTEGER."""
    return _STANDARD.get(name.upper(), name.upper())


def parse_field(schema: Json) -> Field:
    return Field(
        str(schema["name"]),
        standard_type(str(schema["type"])),
        str(schema.get("mode") or "NULLABLE").upper(),
        tuple(parse_field(sub) for sub in schema.get("fields") or ()),
    )


def field_schema(field: Field) -> Json:
    schema: Json = {
        "name": field.name,
        "type": _LEGACY.get(field.type, field.type),
        "mode": field.mode,
    }
    if field.fields:
        schema["fields"] = [field_schema(sub) for sub in field.fields]
    return schema


def decode_rows(fields: Sequence[Field], rows: Sequence[Json]) -> ResultSet:
    """Returns the exact values of rows in the form `{"f": [{"v": ...}, ...]}`."""
    columns = {
        field.name: [_decode(field, row["f"][index]["v"]) for row in rows]
        for index, field in enumerate(fields)
    }
    return ResultSet(tuple(fields), columns, len(rows))


def engine_table(result: ResultSet) -> Table:
    """Returns the rows in the form that the ML engine takes."""
    columns = {
        field.name: [to_engine(field, value) for value in result.columns[field.name]]
        for field in result.fields
    }
    return Table(result.fields, columns, result.num_rows)


def exact_rows(table: Table, source: ResultSet | None = None) -> ResultSet:
    """Returns the exact values of an engine table.

    Columns that the engine passed through from `source` are taken from there, so that a NUMERIC
    or a TIMESTAMP comes out of ML.PREDICT as it went in.
    """
    columns: dict[str, Sequence[Value]] = {}
    for field in table.fields:
        if source is not None and field in source.fields and source.num_rows == table.num_rows:
            columns[field.name] = source.columns[field.name]
        else:
            columns[field.name] = [from_engine(field, v) for v in table.columns[field.name]]
    return ResultSet(table.fields, columns, table.num_rows)


def to_engine(field: Field, value: Value) -> Value:
    if isinstance(value, list):
        return [to_engine(_element(field), item) for item in value]
    if isinstance(value, dict):
        return {sub.name: to_engine(sub, value.get(sub.name)) for sub in field.fields}
    return float(value) if isinstance(value, Decimal) else _calendar_text(value)


def from_engine(field: Field, value: Value) -> Value:
    if value is None:
        return None
    if isinstance(value, list | tuple):
        return [from_engine(_element(field), item) for item in value]
    if isinstance(value, dict):
        return {sub.name: from_engine(sub, value.get(sub.name)) for sub in field.fields}
    parse = _FROM_TEXT.get(field.type)
    return value if parse is None else parse(str(value))


def _calendar_text(value: Value) -> Value:
    if isinstance(value, datetime):
        return timestamp_text(value) if value.tzinfo else datetime_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M:%S") + _fraction(value.microsecond)
    return value


def datetime_text(value: datetime) -> str:
    """Returns a DATETIME as the export's vocabulary writes it: `2017-02-28 12:30:30.450`."""
    return value.isoformat(" ", "seconds") + _fraction(value.microsecond)


def timestamp_text(value: datetime) -> str:
    """Returns a TIMESTAMP in the export's form: `2017-02-28 20:30:30.4 +0000`."""
    digits = f"{value.microsecond:06d}".rstrip("0") or "0"
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{digits} +0000"


def _fraction(microsecond: int) -> str:
    if microsecond == 0:
        return ""
    if microsecond % 1000 == 0:
        return f".{microsecond // 1000:03d}"
    return f".{microsecond:06d}"


def _element(field: Field) -> Field:
    return Field(field.name, field.type, "NULLABLE", field.fields)


def _decode(field: Field, value: WireValue) -> Value:
    if field.mode == "REPEATED":
        return [_decode(_element(field), item["v"]) for item in value or ()]
    if value is None:
        return None
    if field.type == "STRUCT":
        cells = value["f"]
        return {sub.name: _decode(sub, cells[i]["v"]) for i, sub in enumerate(field.fields)}
    decode = _FROM_WIRE.get(field.type)
    return str(value) if decode is None else decode(str(value))


def _decode_timestamp(text: str) -> datetime:
    return _EPOCH + timedelta(microseconds=int(text))


def _parse_timestamp(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f %z")


_FROM_WIRE: dict[str, Callable[[str], Value]] = {
    "INT64": int,
    "FLOAT64": float,
    "NUMERIC": Decimal,
    "BIGNUMERIC": Decimal,
    "BOOL": lambda text: text == "true",
    "BYTES": base64.b64decode,
    "DATE": date.fromisoformat,
    "DATETIME": datetime.fromisoformat,
    "TIME": time.fromisoformat,
    "TIMESTAMP": _decode_timestamp,
}
_FROM_TEXT: dict[str, Callable[[str], Value]] = {
    "NUMERIC": Decimal,
    "BIGNUMERIC": Decimal,
    "DATE": date.fromisoformat,
    "DATETIME": datetime.fromisoformat,
    "TIME": time.fromisoformat,
    "TIMESTAMP": _parse_timestamp,
}
