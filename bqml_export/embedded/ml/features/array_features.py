"""ARRAY columns: categories are multi-hot encoded, numbers are a vector (auto-preprocessing).

An ARRAY of numbers, and an ARRAY of STRUCT(INT64 index, number), go into training as they are,
without standardisation. A NULL array counts as an empty one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from bqml_export.embedded.ml.data.columns import NUMERIC_TYPES, base_type, categories, numbers
from bqml_export.embedded.ml.data.entries import NULL_CATEGORY, UNSEEN, Entries
from bqml_export.embedded.ml.data.table import Field, Value
from bqml_export.errors import InvalidQueryError

Pairs: TypeAlias = Sequence[tuple[int, float]]

LARGEST_INDEX = 1_000_000


@dataclass(frozen=True, slots=True)
class MultiHotFeature:
    """The categories that occur in an ARRAY; an array's element counts once however often."""

    name: str
    type: str
    categories: tuple[str, ...]
    null_count: int
    dropped: None = None

    def entries(self, values: Sequence[Value]) -> tuple[Entries, ...]:
        """Returns as many entries as the longest array has distinct elements."""
        position = {text: i for i, text in enumerate(self.categories)}
        rows = [
            sorted({position[text] for text in _texts(value) if text in position})
            for value in values
        ]
        return _stacked([[(code, 1.0) for code in row] for row in rows], weighted=False)


@dataclass(frozen=True, slots=True)
class VectorFeature:
    """The numbers of an ARRAY by position, or by index."""

    name: str
    type: str
    size: int
    null_count: int
    dropped: None = None

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(str(index) for index in range(self.size))

    def entries(self, values: Sequence[Value]) -> tuple[Entries, ...]:
        """Returns one entry per position that a row uses; positions beyond training's are none."""
        rows = [_pairs(self.name, value) for value in values]
        known = [[pair for pair in row if pair[0] < self.size] for row in rows]
        return _stacked(known, weighted=True)


def learn_array(field: Field, values: Sequence[Value]) -> MultiHotFeature | VectorFeature:
    nulls = sum(value is None for value in values)
    type_ = base_type(field)
    if type_ in NUMERIC_TYPES or type_ == "STRUCT":
        pairs = [_pairs(field.name, value) for value in values]
        size = 1 + max((index for row in pairs for index, _ in row), default=-1)
        _check_not_empty(field, size)
        return VectorFeature(field.name, type_, size, nulls)
    counts = Counter(text for value in values for text in _texts(value))
    _check_not_empty(field, len(counts))
    return MultiHotFeature(field.name, type_, tuple(sorted(counts)), nulls)


def _check_not_empty(field: Field, size: int) -> None:
    if size == 0:
        raise InvalidQueryError(
            f"Feature column {field.name} is an empty ARRAY in every training row; leave it out."
        )


def _texts(value: Value) -> list[str]:
    elements = value if isinstance(value, list | tuple) else ()
    return [NULL_CATEGORY if text is None else text for text in categories(elements)]


def _pairs(name: str, value: Value) -> Pairs:
    elements = value if isinstance(value, list | tuple) else ()
    if elements and isinstance(elements[0], dict):
        return _indexed(name, elements)
    return [(i, float(x)) for i, x in enumerate(np.nan_to_num(numbers(name, elements)))]


def _indexed(name: str, elements: Sequence[Mapping[str, Value]]) -> Pairs:
    result: dict[int, float] = {}
    for element in elements:
        index, number = element.values()
        if not isinstance(index, int) or not 0 <= index < LARGEST_INDEX:
            raise InvalidQueryError(
                f"Column {name} holds the index {index}; indexes are from 0 to {LARGEST_INDEX - 1}."
            )
        if index in result:
            raise InvalidQueryError(f"Column {name} holds the index {index} twice in one array.")
        result[index] = float(numbers(name, [number])[0]) if number is not None else 0.0
    return sorted(result.items())


def _stacked(rows: Sequence[Pairs], *, weighted: bool) -> tuple[Entries, ...]:
    longest = max((len(row) for row in rows), default=0)
    codes = np.full((longest, len(rows)), UNSEEN, np.int32)
    values = np.zeros((longest, len(rows)))
    for n, row in enumerate(rows):
        for i, (code, value) in enumerate(row):
            codes[i, n], values[i, n] = code, value
    return tuple(Entries(codes[i], values[i] if weighted else None) for i in range(longest))
