"""Rows that training data seldom has: NULLs, unseen categories, extreme numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from bqml_export.parity._case import Case, Kind, Row
from bqml_export.parity._leaf import NUMERIC_TYPES, Leaf

LARGEST_FLOAT32 = 3.4028234663852886e38

_EXTREMES: Mapping[str, tuple[int | float | Decimal, ...]] = {
    "INT64": (0, -1, 2**63 - 1, -(2**63)),
    "FLOAT64": (0.0, -1.0, 1e30, -1e30, 1e308, -1e308),
    "NUMERIC": (Decimal(0), Decimal(-1), Decimal(10) ** 27, -(Decimal(10) ** 27)),
    "BIGNUMERIC": (Decimal(0), Decimal(-1), Decimal(10) ** 27, -(Decimal(10) ** 27)),
}
# The last day and the last moment of each type: nobody trains on them.
_UNSEEN: Mapping[str, object] = {
    "STRING": "a category that no training row has",
    "BYTES": b"a category that no training row has",
    "DATE": dt.date(9999, 12, 31),
    "DATETIME": dt.datetime(9999, 12, 31, 23, 59, 59, 999999),  # noqa: DTZ001 - DATETIME has none
    "TIME": dt.time(23, 59, 59, 999999),
}


def forced_cases(leaves: Sequence[Leaf], base: Row) -> list[Case]:
    """Returns the forced rows: `base` with one value changed, and a row that is all NULL.

    One change at a time says which column a difference comes from.
    """
    return [*_nulls(leaves, base), *_unseen(leaves, base), *_extremes(leaves, base)]


def _nulls(leaves: Sequence[Leaf], base: Row) -> Iterator[Case]:
    nothing: Row = dict.fromkeys(leaf.column for leaf in leaves)
    yield Case(kind=Kind.NULL, name="every feature is NULL", row=nothing)
    for leaf in leaves:
        yield Case(kind=Kind.NULL, name=f"{leaf} is NULL", row=leaf.set(base, None))


def _unseen(leaves: Sequence[Leaf], base: Row) -> Iterator[Case]:
    for leaf in leaves:
        if leaf.type in _UNSEEN:
            value = _UNSEEN[leaf.type]
            yield Case(kind=Kind.UNSEEN, name=f"{leaf} = {value}", row=leaf.set(base, value))


def _extremes(leaves: Sequence[Leaf], base: Row) -> Iterator[Case]:
    for leaf in leaves:
        if leaf.type not in NUMERIC_TYPES:
            continue
        for value in _EXTREMES[leaf.type]:
            beyond = f"{value:.17g} is beyond float32, in which the export computes"
            yield Case(
                kind=Kind.EXTREME,
                name=f"{leaf} = {value:.17g}",
                row=leaf.set(base, value),
                limit=beyond if abs(float(value)) > LARGEST_FLOAT32 else None,
            )
