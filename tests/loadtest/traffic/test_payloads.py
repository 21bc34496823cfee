"""Request bodies."""

from __future__ import annotations

import json
from collections import Counter

from loadtest.traffic.payloads import batches, rest_body

ROWS = [{"x": number} for number in range(5)]


def test_a_body_has_rows_and_signature() -> None:
    """In TensorFlow Serving's row format."""
    body = json.loads(rest_body("s", ROWS))
    assert body == {"signature_name": "s", "instances": ROWS}


def test_all_rows_are_used_before_one_is_used_again() -> None:
    """No real row of a file is left out by chance."""
    found = batches(ROWS, 2, 5, seed=0)
    assert [len(batch) for batch in found] == [2] * 5
    assert Counter(row["x"] for batch in found for row in batch) == dict.fromkeys(range(5), 2)
