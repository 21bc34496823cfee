"""Compares an answer with what is expected; says in one line what differs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from tests.conformance.case import RestCase


def rest_difference(case: RestCase, status: int, headers: Mapping[str, str], body: bytes) -> str:
    """Returns the first difference, or nothing."""
    if status != case.status:
        return f"status {status}, expected {case.status}: {body[:200]!r}"
    if case.error and (text := _error_difference(case.error, body)):
        return text
    if case.json is not None and (text := _json_difference(case.json, body)):
        return text
    if _dense(case.text) not in _dense(body):
        return f"{case.text!r} is not in {body[:200]!r}"
    for name, value in case.headers_out.items():
        if headers.get(name.lower()) != value:
            return f"header {name} is {headers.get(name.lower())!r}, expected {value!r}"
    return ""


def _error_difference(words: tuple[str, ...], body: bytes) -> str:
    try:
        document = json.loads(body)
    except ValueError:
        return f"the body is not JSON: {body[:200]!r}"
    if not isinstance(document, dict) or list(document) != ["error"]:
        return f"the body is not {{'error': ...}}: {body[:200]!r}"
    missing = [word for word in words if word not in document["error"]]
    return f"{missing[0]!r} is not in {document['error']!r}" if missing else ""


def _json_difference(expected: Any, body: bytes) -> str:
    try:
        found = json.loads(body)
    except ValueError:
        return f"the body is not JSON: {body[:200]!r}"
    return "" if same(found, expected) else f"{found!r}, expected {expected!r}"


def _dense(body: bytes) -> bytes:
    """Returns the body without white space: the layout of an answer is nobody's contract."""
    return b"".join(body.split())


def same(found: Any, expected: Any) -> bool:
    """Tells whether two documents are equal; an integer is not a float, NaN equals NaN."""
    if isinstance(expected, float) and isinstance(found, float):
        both_nan = math.isnan(expected) and math.isnan(found)
        return both_nan or found == expected or math.isclose(found, expected, rel_tol=1e-15)
    if isinstance(expected, dict) and isinstance(found, dict):
        return found.keys() == expected.keys() and all(
            same(found[k], expected[k]) for k in expected
        )
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return type(found) is type(expected) and bool(found == expected)
