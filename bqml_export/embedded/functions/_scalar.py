"""The preprocessing functions of one row, each as plain SQL."""

# ruff: noqa: S608 - the SQL is the user's own

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations, combinations_with_replacement

from bqml_export.embedded.functions._buckets import FORMATS, bucketize
from bqml_export.embedded.functions._literals import float_literal
from bqml_export.errors import InvalidQueryError
from bqml_export.sql.arguments import Arguments


def _bucketize(arguments: Arguments) -> str:
    arguments.check_count(2, 4)
    points = arguments.numbers(1, "the split points")
    if arguments.boolean(2, "exclude_boundaries", default=False):
        points = points[1:-1]
    chosen = arguments.one_of(3, "the output format", FORMATS, default=FORMATS[0])
    return bucketize(arguments[0], points, chosen)


def _feature_cross(arguments: Arguments) -> str:
    arguments.check_count(1, 2)
    fields = arguments.struct_fields(0)
    degree = arguments.integer(1, "degree", 2, 4, default=2)
    texts = {name: f"CAST({sql} AS STRING)" for name, sql in fields.items()}
    sizes = range(2, degree + 1)
    crossed = [names for size in sizes for names in combinations(fields, size)]
    return _struct(
        (names, _joined([texts[name] for name in names]))
        for names in _in_order(crossed, list(fields))
    )


def _joined(texts: Sequence[str]) -> str:
    between = ", '_', "
    return f"CONCAT({between.join(texts)})"


def _polynomial_expand(arguments: Arguments) -> str:
    arguments.check_count(1, 2)
    fields = arguments.struct_fields(0)
    degree = arguments.integer(1, "degree", 1, 4, default=2)
    factors = {name: f"CAST({sql} AS FLOAT64)" for name, sql in fields.items()}
    sizes = range(1, degree + 1)
    terms = [names for size in sizes for names in combinations_with_replacement(fields, size)]
    return _struct(
        (names, " * ".join(factors[name] for name in names))
        for names in _in_order(terms, list(fields))
    )


def _in_order(terms: Sequence[tuple[str, ...]], names: Sequence[str]) -> Sequence[tuple[str, ...]]:
    """Returns terms as BigQuery orders them: f1, f1_f1, f1_f2, f2, f2_f2."""
    return sorted(terms, key=lambda term: [names.index(name) for name in term])


def _struct(fields: Iterable[tuple[tuple[str, ...], str]]) -> str:
    named = [f"{sql} AS `{'_'.join(names)}`" for names, sql in fields]
    return f"STRUCT({', '.join(named)})"


def _hash_bucketize(arguments: Arguments) -> str:
    arguments.check_count(2, 2)
    size = arguments.integer(1, "the number of buckets", 0, 2**62)
    signed = f"FARM_FINGERPRINT({arguments[0]})"
    if size == 0:
        return signed
    # The bucket is the remainder of the fingerprint as an unsigned number.
    wrapped = f"IF({signed} < 0, {2**64 % size}, 0)"
    return f"MOD(MOD(MOD({signed}, {size}) + {size}, {size}) + {wrapped}, {size})"


def _ngrams(arguments: Arguments) -> str:
    arguments.check_count(2, 3)
    array, separator = arguments[0], arguments[2] if len(arguments) > 2 else "' '"
    sizes = arguments.integers(1, "the range", 1, 1000)
    if len(sizes) != 2 or sizes[1] < sizes[0]:
        raise InvalidQueryError(f"ML.NGRAMS: the range must be [least, most], got {arguments[1]}")
    words = (
        f"ARRAY(SELECT bqml_w FROM UNNEST({array}) AS bqml_w WITH OFFSET AS bqml_o "
        "WHERE bqml_o BETWEEN bqml_i AND bqml_i + bqml_n - 1 ORDER BY bqml_o)"
    )
    return (
        f"ARRAY(SELECT ARRAY_TO_STRING({words}, {separator}) "
        f"FROM UNNEST(GENERATE_ARRAY(0, ARRAY_LENGTH({array}) - 1)) AS bqml_i, "
        f"UNNEST(GENERATE_ARRAY({sizes[0]}, {sizes[1]})) AS bqml_n "
        f"WHERE bqml_i + bqml_n <= ARRAY_LENGTH({array}) ORDER BY bqml_i, bqml_n)"
    )


def _normalizer(arguments: Arguments) -> str:
    arguments.check_count(1, 2)
    array, power = arguments[0], arguments.constant(1, default=2)
    if isinstance(power, bool) or not isinstance(power, int | float) or not 1 <= power < math.inf:
        raise InvalidQueryError("ML.NORMALIZER: p must be a number of at least 1")
    exponent = float_literal(float(power))
    norm = (
        f"(SELECT POW(SUM(POW(ABS(bqml_y), {exponent})), 1 / {exponent}) "
        f"FROM UNNEST({array}) AS bqml_y)"
    )
    return (
        f"ARRAY(SELECT IF({norm} = 0, 0, bqml_x / {norm}) FROM UNNEST({array}) AS bqml_x "
        "WITH OFFSET AS bqml_o ORDER BY bqml_o)"
    )


SCALAR_FUNCTIONS: Mapping[str, Callable[[Arguments], str]] = {
    "BUCKETIZE": _bucketize,
    "FEATURE_CROSS": _feature_cross,
    "HASH_BUCKETIZE": _hash_bucketize,
    "NGRAMS": _ngrams,
    "NORMALIZER": _normalizer,
    "POLYNOMIAL_EXPAND": _polynomial_expand,
}
