"""Request bodies."""

from __future__ import annotations

import json
from collections import Counter

from loadtest.traffic.payloads import rest_bodies

ROWS = [{"x": number} for number in range(5)]


def test_a_body_has_the_rows_that_were_asked_for() -> None:
    """In TensorFlow Serving's row format, with the signature."""
    bodies = [json.loads(body) for body in rest_bodies(ROWS, "s", 3, 10, seed=0)]
    assert {body["signature_name"] for body in bodies} == {"s"}
    assert [len(body["instances"]) for body in bodies] == [3] * 10


def test_all_rows_are_used_before_one_is_used_again() -> None:
    """No real row of a file is left out by chance."""
    bodies = rest_bodies(ROWS, "s", 2, 5, seed=0)
    seen = Counter(row["x"] for body in bodies for row in json.loads(body)["instances"])
    assert seen == dict.fromkeys(range(5), 2)
