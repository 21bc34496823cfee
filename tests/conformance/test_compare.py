"""A kit that finds no difference is worth nothing if it cannot find one."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.conformance.case import RestCase
from tests.conformance.compare import rest_difference, same


@pytest.mark.parametrize(
    ("found", "expected", "equal"),
    [
        (1, 1, True),
        (1, 1.0, False),
        (True, 1, False),
        (0.1, 0.30000000000000004 - 0.2, True),
        (0.1, 0.1000001, False),
        (math.nan, math.nan, True),
        (math.inf, -math.inf, False),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
    ],
)
def test_documents_are_equal_to_the_last_digits_but_one(
    found: Any, expected: Any, equal: bool
) -> None:
    """Types count: an integer is no float and no bool."""
    assert same(found, expected) == equal


@pytest.mark.parametrize(
    ("expected", "status", "body", "difference"),
    [
        ({"status": 400}, 200, b"", "status 200, expected 400"),
        ({"json": [1]}, 200, b"[2]", "[2], expected [1]"),
        ({"json": [1]}, 200, b"<html>", "not JSON"),
        ({"error": ("x",)}, 200, b'{"error": "y"}', "'x' is not in 'y'"),
        ({"error": ("x",)}, 200, b'{"error": "x", "code": 3}', "the body is not {'error': ...}"),
        ({"text": b"[0.2]"}, 200, b'{"predictions": [0.20000000298]}', "is not in"),
        ({"text": b"[0.2]"}, 200, b'{"predictions": [0.2\n    ]\n}', ""),
        ({"headers_out": {"A": "b"}}, 200, b"", "header A is None, expected 'b'"),
    ],
)
def test_each_kind_of_difference_is_found(
    expected: dict[str, Any], status: int, body: bytes, difference: str
) -> None:
    """And said in one line."""
    case = RestCase("group", "name", "/", **expected)
    found = rest_difference(case, status, {}, body)
    assert difference in found
    assert bool(found) == bool(difference)
