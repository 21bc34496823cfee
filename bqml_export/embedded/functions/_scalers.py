"""The preprocessing functions that look at all rows of a numeric column.

Each has a formula over a few statistics. In a query these are window aggregates; in a TRANSFORM
clause they are numbers, computed once from the training rows.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bqml_export.embedded.functions._buckets import FORMATS, bucket_case, bucket_names, numbered
from bqml_export.embedded.functions._literals import float_literal, string_literal
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from bqml_export.embedded.ml.data.columns import Floats
    from bqml_export.embedded.ml.data.table import Value
    from bqml_export.sql.arguments import Arguments

    Statistics: TypeAlias = Mapping[str, str]


class Scaler(Protocol):
    """One call; statistics are SQL expressions by name."""

    @property
    def value(self) -> str:
        """The expression that is scaled."""

    def window(self) -> Statistics:
        """Returns the statistics as window aggregates over the rows of the query."""

    def freeze(self, values: Sequence[Value]) -> Statistics:
        """Returns the statistics of the training rows as literals."""

    def formula(self, statistics: Statistics) -> str:
        """Returns the call as plain SQL."""


def _known(name: str, values: Sequence[Value]) -> Floats:
    try:
        result = np.array([float(str(v)) for v in values if v is not None], np.float64)
    except ValueError as exc:
        raise InvalidQueryError(f"ML.{name} takes a numeric column") from exc
    if result.size == 0 or not np.isfinite(result).all():
        raise InvalidQueryError(
            f"ML.{name}: the training rows must hold at least one number, and no NaN or infinity"
        )
    return result


@dataclass(frozen=True, slots=True)
class StandardScaler:
    """(x - mean) / sample standard deviation; 0 for a constant column."""

    value: str

    def window(self) -> Statistics:
        return {
            "mean": f"AVG({self.value}) OVER ()",
            "stddev": f"NULLIF(STDDEV({self.value}) OVER (), 0)",
        }

    def freeze(self, values: Sequence[Value]) -> Statistics:
        """Returns the mean and the deviation."""
        known = _known("STANDARD_SCALER", values)
        stddev = float(known.std(ddof=1)) if known.size > 1 else 0.0
        return {"mean": float_literal(float(known.mean())), "stddev": float_literal(stddev or 1.0)}

    def formula(self, statistics: Statistics) -> str:
        scaled = f"(({self.value}) - {statistics['mean']}) / {statistics['stddev']}"
        return f"IF(({self.value}) IS NULL, NULL, COALESCE({scaled}, 0))"


@dataclass(frozen=True, slots=True)
class MinMaxScaler:
    """(x - min) / (max - min), held within 0 and 1."""

    value: str

    def window(self) -> Statistics:
        return {"min": f"MIN({self.value}) OVER ()", "max": f"MAX({self.value}) OVER ()"}

    def freeze(self, values: Sequence[Value]) -> Statistics:
        known = _known("MIN_MAX_SCALER", values)
        return {"min": float_literal(float(known.min())), "max": float_literal(float(known.max()))}

    def formula(self, statistics: Statistics) -> str:
        low, high = statistics["min"], statistics["max"]
        scaled = f"(({self.value}) - {low}) / NULLIF({high} - {low}, 0)"
        return f"IF(({self.value}) IS NULL, NULL, GREATEST(0.0, LEAST(1.0, COALESCE({scaled}, 0))))"


@dataclass(frozen=True, slots=True)
class MaxAbsScaler:
    """x / max(|x|), held within -1 and 1."""

    value: str

    def window(self) -> Statistics:
        return {"max": f"MAX(ABS({self.value})) OVER ()"}

    def freeze(self, values: Sequence[Value]) -> Statistics:
        return {"max": float_literal(float(np.abs(_known("MAX_ABS_SCALER", values)).max()))}

    def formula(self, statistics: Statistics) -> str:
        scaled = f"({self.value}) / NULLIF({statistics['max']}, 0)"
        return (
            f"IF(({self.value}) IS NULL, NULL, GREATEST(-1.0, LEAST(1.0, COALESCE({scaled}, 0))))"
        )


@dataclass(frozen=True, slots=True)
class RobustScaler:
    """(x - median) / (difference of two quantiles), each on request."""

    value: str
    low: float
    high: float
    with_median: bool
    with_range: bool

    def window(self) -> Statistics:
        return {
            name: f"PERCENTILE_CONT({self.value}, {at / 100}) OVER ()"
            for name, at in (("median", 50.0), ("low", self.low), ("high", self.high))
        }

    def freeze(self, values: Sequence[Value]) -> Statistics:
        known = _known("ROBUST_SCALER", values)
        at = {"median": 50.0, "low": self.low, "high": self.high}
        return {name: float_literal(float(np.percentile(known, q))) for name, q in at.items()}

    def formula(self, statistics: Statistics) -> str:
        scaled = f"({self.value})"
        if self.with_median:
            scaled = f"({scaled} - {statistics['median']})"
        if self.with_range:
            spread = f"({statistics['high']} - {statistics['low']})"
            scaled = f"{scaled} / COALESCE(NULLIF({spread}, 0), 1)"
        return f"({scaled})"


@dataclass(frozen=True, slots=True)
class QuantileBucketize:
    """The bucket of x between quantiles, each holding its lower boundary."""

    value: str
    count: int
    output_format: str = FORMATS[0]

    def window(self) -> Statistics:
        if self.output_format != FORMATS[0]:
            raise NotSupportedError(
                f"ML.QUANTILE_BUCKETIZE with {self.output_format} outside a TRANSFORM clause is "
                "not supported by the embedded BigQuery ML"
            )
        return {
            str(i): f"PERCENTILE_DISC({self.value}, {i / self.count}) OVER ()"
            for i in range(1, self.count)
        }

    def freeze(self, values: Sequence[Value]) -> Statistics:
        """Returns the boundaries, equal ones once."""
        known = np.sort(_known("QUANTILE_BUCKETIZE", values))
        ranks = [math.ceil(known.size * i / self.count) - 1 for i in range(1, self.count)]
        distinct = dict.fromkeys(float(known[max(rank, 0)]) for rank in ranks)
        return {repr(point): float_literal(point) for point in distinct}

    def formula(self, statistics: Statistics) -> str:
        points = list(statistics.values())
        if self.output_format == FORMATS[0]:
            return bucket_case(self.value, points, numbered(len(points) + 1))
        names = bucket_names([float(name) for name in statistics], self.output_format)
        return bucket_case(self.value, points, names)


@dataclass(frozen=True, slots=True)
class Imputer:
    """NULL replaced by the mean, the median or the most frequent value."""

    value: str
    strategy: str

    def window(self) -> Statistics:
        """Returns the replacement as a window aggregate."""
        if self.strategy == "mean":
            return {"filler": f"AVG({self.value}) OVER ()"}
        if self.strategy == "median":
            return {"filler": f"PERCENTILE_CONT({self.value}, 0.5) OVER ()"}
        raise NotSupportedError(
            "ML.IMPUTER with most_frequent outside a TRANSFORM clause is not supported by the "
            "embedded BigQuery ML"
        )

    def freeze(self, values: Sequence[Value]) -> Statistics:
        """Returns the replacement; of equally frequent values the lowest."""
        if self.strategy != "most_frequent":
            known = _known("IMPUTER", values)
            filler = known.mean() if self.strategy == "mean" else np.median(known)
            return {"filler": float_literal(float(filler))}
        counts = Counter(value for value in values if value is not None)
        if not counts:
            raise InvalidQueryError("ML.IMPUTER: every training row is NULL")
        most = max(counts.values())
        first = min((v for v, count in counts.items() if count == most), key=str)
        return {"filler": _literal(first)}

    def formula(self, statistics: Statistics) -> str:
        """Returns the value without NULL."""
        return f"COALESCE({self.value}, {statistics['filler']})"


def _literal(value: Value) -> str:
    if isinstance(value, bool | int):
        return str(value).upper()
    return float_literal(value) if isinstance(value, float) else string_literal(str(value))


def _one_argument(kind: Callable[[str], Scaler]) -> Callable[[Arguments], Scaler]:
    def make(arguments: Arguments) -> Scaler:
        arguments.check_count(1, 1)
        return kind(arguments[0])

    return make


def _robust(arguments: Arguments) -> Scaler:
    arguments.check_count(1, 4)
    bounds = arguments.numbers(1, "the quantile range", default=(25, 75))
    if len(bounds) != 2 or not 0 < bounds[0] < bounds[1] < 100:
        raise InvalidQueryError(
            "ML.ROBUST_SCALER: the quantile range must be [low, high] within 0-100"
        )
    with_median, with_range = (arguments.boolean(n, "the flag", default=True) for n in (2, 3))
    return RobustScaler(arguments[0], bounds[0], bounds[1], with_median, with_range)


def _quantile_bucketize(arguments: Arguments) -> Scaler:
    arguments.check_count(2, 3)
    count = arguments.integer(1, "the number of buckets", 1, 1000)
    chosen = arguments.one_of(2, "the output format", FORMATS, default=FORMATS[0])
    return QuantileBucketize(arguments[0], count, chosen)


def _imputer(arguments: Arguments) -> Scaler:
    arguments.check_count(2, 2)
    strategies = ("mean", "median", "most_frequent")
    return Imputer(arguments[0], arguments.one_of(1, "the strategy", strategies))


SCALERS: Mapping[str, Callable[[Arguments], Scaler]] = {
    "IMPUTER": _imputer,
    "MAX_ABS_SCALER": _one_argument(MaxAbsScaler),
    "MIN_MAX_SCALER": _one_argument(MinMaxScaler),
    "QUANTILE_BUCKETIZE": _quantile_bucketize,
    "ROBUST_SCALER": _robust,
    "STANDARD_SCALER": _one_argument(StandardScaler),
}
