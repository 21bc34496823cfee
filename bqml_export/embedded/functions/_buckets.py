"""Buckets of numbers: ML.BUCKETIZE and ML.QUANTILE_BUCKETIZE as CASE expressions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

from bqml_export.embedded.functions._literals import float_literal, string_literal
from bqml_export.embedded.ml.data.columns import display_number
from bqml_export.errors import InvalidQueryError

FORMATS = ("bucket_names", "bucket_ranges", "bucket_ranges_json")


def bucket_case(value: str, points: Sequence[str], names: Sequence[str]) -> str:
    """Returns the CASE of the bucket that `value` is in; NULL for NULL.

    `points` are the inner boundaries, ascending; a bucket holds its lower one.
    """
    if not points:
        return f"IF(({value}) IS NULL, NULL, {string_literal(names[0])})"
    cases = " ".join(
        f"WHEN ({value}) < {point} THEN {string_literal(name)}"
        for point, name in zip(points, names, strict=False)
    )
    return f"CASE WHEN ({value}) IS NULL THEN NULL {cases} ELSE {string_literal(names[-1])} END"


def bucketize(value: str, points: Sequence[float], output_format: str) -> str:
    if list(points) != sorted(set(points)):
        raise InvalidQueryError("ML.BUCKETIZE: the split points must ascend")
    literals = [float_literal(point) for point in points]
    return bucket_case(value, literals, bucket_names(points, output_format))


def bucket_names(points: Sequence[float], output_format: str) -> list[str]:
    """Returns the names of all buckets in the format `bucket_names`, `bucket_ranges` or JSON."""
    if output_format == "bucket_names":
        return numbered(len(points) + 1)
    shown = [display_number(float(point)) for point in points]
    if output_format == "bucket_ranges_json":
        ends = ["-Infinity", *shown, "Infinity"]
        pairs = pairwise(ends)
        return [json.dumps({"start": start, "end": end}) for start, end in pairs]
    ends = ["-inf", *shown, "+inf"]
    pairs = pairwise(ends)
    return [f"{'(' if start == '-inf' else '['}{start}, {end})" for start, end in pairs]


def numbered(count: int) -> list[str]:
    return [f"bin_{index}" for index in range(1, count + 1)]
