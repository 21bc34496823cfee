"""The preprocessing functions that look at all rows of a numeric column.

Each has a formula over a few statistics. In a query these are window aggregates; in a TRANSFORM
clause they are numbers, computed once from the training rows.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from bqml_export.embedded.functions._buckets import FORMATS, bucket_case, bucket_names, numbered
from bqml_export.embedded.functions._literals import float_literal, string_literal
from bqml_export.embedded.ml.data.columns import Floats
from bqml_export.embedded.ml.data.table import Value
from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.arguments import Arguments

Statistics: TypeAlias = Mapping[str, str]


class Scaler(Protocol):
    """One call; statistics are SQL expressions by name."""

    @property
    def value(self) -> str: ...

    def window(self) -> Statistics: ...

    def freeze(self, values: Sequence[Value]) -> Statistics:
        """Returns the statistics of the training rows as literals."""

    def formula(self, statistics: Statistics) -> str: ...


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
class Statistic:
    """A number of a formula: as a window aggregate, and from training rows, float64 [n]."""

    window: str
    of_rows: Callable[[Floats], float]


@dataclass(frozen=True, slots=True)
class NumericScaler:
    """A formula over statistics that are numbers."""

    function: str
    value: str
    statistics: Mapping[str, Statistic]
    formula: Callable[[Statistics], str]

    def window(self) -> Statistics:
        return {name: statistic.window for name, statistic in self.statistics.items()}

    def freeze(self, values: Sequence[Value]) -> Statistics:
        known = _known(self.function, values)
        return {
            name: float_literal(float(statistic.of_rows(known)))
            for name, statistic in self.statistics.items()
        }


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
        return f"COALESCE({self.value}, {statistics['filler']})"


def _literal(value: Value) -> str:
    if isinstance(value, bool | int):
        return str(value).upper()
    return float_literal(value) if isinstance(value, float) else string_literal(str(value))


def _standard(arguments: Arguments) -> Scaler:
    """(x - mean) / sample standard deviation; 0 for a constant column."""
    arguments.check_count(1, 1)
    x = arguments[0]
    statistics = {
        "mean": Statistic(f"AVG({x}) OVER ()", np.mean),
        "stddev": Statistic(f"NULLIF(STDDEV({x}) OVER (), 0)", _deviation),
    }

    def formula(of: Statistics) -> str:
        return f"IF(({x}) IS NULL, NULL, COALESCE((({x}) - {of['mean']}) / {of['stddev']}, 0))"

    return NumericScaler("STANDARD_SCALER", x, statistics, formula)


def _deviation(known: Floats) -> float:
    return (float(known.std(ddof=1)) if known.size > 1 else 0.0) or 1.0


def _min_max(arguments: Arguments) -> Scaler:
    """(x - min) / (max - min), held within 0 and 1."""
    arguments.check_count(1, 1)
    x = arguments[0]
    statistics = {
        "min": Statistic(f"MIN({x}) OVER ()", np.min),
        "max": Statistic(f"MAX({x}) OVER ()", np.max),
    }

    def formula(of: Statistics) -> str:
        return _held(x, f"(({x}) - {of['min']}) / NULLIF({of['max']} - {of['min']}, 0)", "0.0")

    return NumericScaler("MIN_MAX_SCALER", x, statistics, formula)


def _max_abs(arguments: Arguments) -> Scaler:
    """Over the largest absolute value, held within -1 and 1."""
    arguments.check_count(1, 1)
    x = arguments[0]
    largest = Statistic(f"MAX(ABS({x})) OVER ()", lambda known: np.abs(known).max())

    def formula(of: Statistics) -> str:
        return _held(x, f"({x}) / NULLIF({of['max']}, 0)", "-1.0")

    return NumericScaler("MAX_ABS_SCALER", x, {"max": largest}, formula)


def _held(x: str, scaled: str, least: str) -> str:
    within = f"GREATEST({least}, LEAST(1.0, COALESCE({scaled}, 0)))"
    return f"IF(({x}) IS NULL, NULL, {within})"


def _robust(arguments: Arguments) -> Scaler:
    """(x - median) / (difference of two quantiles), each on request."""
    arguments.check_count(1, 4)
    bounds = arguments.numbers(1, "the quantile range", default=(25, 75))
    if len(bounds) != 2 or not 0 < bounds[0] < bounds[1] < 100:
        raise InvalidQueryError(
            "ML.ROBUST_SCALER: the quantile range must be [low, high] within 0-100"
        )
    with_median, with_range = (arguments.boolean(n, "the flag", default=True) for n in (2, 3))
    x = arguments[0]
    statistics = {
        name: Statistic(f"PERCENTILE_CONT({x}, {at / 100}) OVER ()", _percentile(at))
        for name, at in (("median", 50.0), ("low", bounds[0]), ("high", bounds[1]))
    }

    def formula(of: Statistics) -> str:
        scaled = f"(({x}) - {of['median']})" if with_median else f"({x})"
        if with_range:
            spread = f"({of['high']} - {of['low']})"
            scaled = f"{scaled} / COALESCE(NULLIF({spread}, 0), 1)"
        return f"({scaled})"

    return NumericScaler("ROBUST_SCALER", x, statistics, formula)


def _percentile(at: float) -> Callable[[Floats], float]:
    return lambda known: float(np.percentile(known, at))


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
    "MAX_ABS_SCALER": _max_abs,
    "MIN_MAX_SCALER": _min_max,
    "QUANTILE_BUCKETIZE": _quantile_bucketize,
    "ROBUST_SCALER": _robust,
    "STANDARD_SCALER": _standard,
}
