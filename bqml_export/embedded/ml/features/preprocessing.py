"""BigQuery ML's automatic preprocessing: what training learns about each feature column.

Numbers are standardised with the mean and the sample standard deviation (BigQuery's AVG and
STDDEV) of the training rows; NULL counts as the mean. Categories are one-hot encoded; NULL is a
category of its own, `_null_filler`, when the training rows hold one. An unseen category has no
weight at all. Arrays are in `array_features`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from bqml_export.embedded.ml.data.columns import (
    NUMERIC_TYPES,
    Floats,
    base_type,
    categories,
    is_array,
    numbers,
)
from bqml_export.embedded.ml.data.entries import NULL_CATEGORY, UNSEEN, Codes, Entries
from bqml_export.embedded.ml.data.table import Field, Value
from bqml_export.embedded.ml.features.array_features import (
    MultiHotFeature,
    VectorFeature,
    learn_array,
)
from bqml_export.errors import InvalidQueryError


@dataclass(frozen=True, slots=True)
class NumericFeature:
    """Statistics of a numeric column over the training rows that are not NULL."""

    name: str
    type: str
    minimum: float
    maximum: float
    mean: float
    median: float
    stddev: float
    null_count: int

    @property
    def scale(self) -> float:
        """The divisor of standardisation; 1 for a constant column, whose weight stays 0."""
        return self.stddev if self.stddev > 0 else 1.0

    def encode(self, values: Sequence[Value]) -> Floats:
        """Returns raw values, float64 [n], NULL replaced by the training mean."""
        raw = numbers(self.name, values)
        return np.where(np.isnan(raw), self.mean, raw)


@dataclass(frozen=True, slots=True)
class CategoricalFeature:
    """The categories of a column in the training rows.

    `dropped` is the position of the category that DUMMY_ENCODING leaves out; its weight is 0.
    """

    name: str
    type: str
    categories: tuple[str, ...]
    null_count: int
    dropped: int | None = None

    def entries(self, values: Sequence[Value]) -> tuple[Entries, ...]:
        return (Entries(self.encode(values)),)

    def encode(self, values: Sequence[Value]) -> Codes:
        """Returns the position of each value among the categories, int32 [n], or UNSEEN."""
        position = {text: i for i, text in enumerate(self.categories)}
        null = position.get(NULL_CATEGORY, UNSEEN)
        codes = (null if v is None else position.get(v, UNSEEN) for v in categories(values))
        return np.fromiter(codes, np.int32, len(values))


SparseFeature: TypeAlias = CategoricalFeature | MultiHotFeature | VectorFeature
Feature: TypeAlias = NumericFeature | SparseFeature


def learn_features(
    fields: Sequence[Field], values: Mapping[str, Sequence[Value]], *, dummy_encoding: bool
) -> tuple[Feature, ...]:
    """Returns what the flattened training columns `fields` hold, in their order."""
    return tuple(_learn(f, values[f.name], dummy_encoding=dummy_encoding) for f in fields)


def _learn(field: Field, values: Sequence[Value], *, dummy_encoding: bool) -> Feature:
    if is_array(field):
        return learn_array(field, values)
    if base_type(field) in NUMERIC_TYPES:
        return _learn_numeric(field, values)
    return _learn_categorical(field, values, dummy_encoding=dummy_encoding)


def _learn_numeric(field: Field, values: Sequence[Value]) -> NumericFeature:
    raw = numbers(field.name, values)
    known = raw[~np.isnan(raw)]
    if known.size == 0:
        raise InvalidQueryError(
            f"Feature column {field.name} is NULL in every training row; leave it out."
        )
    mean, stddev = _mean_and_stddev(known)
    return NumericFeature(
        name=field.name,
        type=base_type(field),
        minimum=float(known.min()),
        maximum=float(known.max()),
        mean=mean,
        median=float(np.median(known)),
        stddev=stddev,
        null_count=int(raw.size - known.size),
    )


def _mean_and_stddev(known: Floats) -> tuple[float, float]:
    # A constant column must have exactly its value as mean and 0 as stddev: rounding in the sum
    # would leave a tiny stddev, and dividing by that would make noise into a feature.
    if known.min() == known.max():
        return float(known[0]), 0.0
    # Scaled so that squares of values near the largest double do not overflow.
    largest = float(np.abs(known).max())
    unit = known / largest
    return float(unit.mean()) * largest, float(unit.std(ddof=1)) * largest


def _learn_categorical(
    field: Field, values: Sequence[Value], *, dummy_encoding: bool
) -> CategoricalFeature:
    texts = categories(values)
    counts = Counter(NULL_CATEGORY if text is None else text for text in texts)
    names = tuple(sorted(counts))
    most_frequent = max(range(len(names)), key=lambda i: counts[names[i]])
    return CategoricalFeature(
        name=field.name,
        type=base_type(field),
        categories=names,
        null_count=sum(text is None for text in texts),
        dropped=most_frequent if dummy_encoding else None,
    )
