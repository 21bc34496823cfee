"""TIMESTAMP columns: the Unix time as a number and the parts of its calendar as categories.

The names are BigQuery's (auto-preprocessing): `t`, `_TS_DOM_t`, `_TS_DOW_t` and so on, in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from bqml_export.embedded.ml.data.table import Field, Value


def _week_of_year(moment: datetime) -> int:
    """Returns EXTRACT(WEEK FROM ...): weeks begin on Sunday, days before the first are week 0."""
    return int(moment.strftime("%U"))


_PARTS: Mapping[str, Callable[[datetime], int]] = {
    "_TS_DOM_": lambda moment: moment.day,
    "_TS_DOW_": lambda moment: moment.isoweekday() % 7 + 1,
    "_TS_MOY_": lambda moment: moment.month,
    "_TS_HOD_": lambda moment: moment.hour,
    "_TS_MOH_": lambda moment: moment.minute,
    "_TS_WOY_": _week_of_year,
    "_TS_YEAR_": lambda moment: moment.year,
}


def timestamp_columns(name: str) -> tuple[Field, ...]:
    parts = [Field(f"{prefix}{name}", "STRING") for prefix in _PARTS]
    return (Field(name, "FLOAT64"), *parts)


def timestamp_values(name: str, column: Sequence[Value]) -> dict[str, Sequence[Value]]:
    """Returns the values of those columns: seconds since 1970, and the parts as text."""
    moments = [None if value is None else _moment(str(value)) for value in column]
    values: dict[str, Sequence[Value]] = {name: [m and m.timestamp() for m in moments]}
    for prefix, part in _PARTS.items():
        values[f"{prefix}{name}"] = [None if m is None else str(part(m)) for m in moments]
    return values


def _moment(text: str) -> datetime:
    """Returns the instant that the engine's text `2017-02-28 20:30:30.4 +0000` writes."""
    return datetime.fromisoformat(text.removesuffix(" +0000")).replace(tzinfo=UTC)
