"""The request bodies, encoded before the load begins."""

from __future__ import annotations

import json
import random

from foundation.json_types import JsonObject


def rest_bodies(
    rows: list[JsonObject], signature: str, rows_per_request: int, count: int, seed: int
) -> list[bytes]:
    """Returns the bodies of `count` predict requests in TensorFlow Serving's row format.

    Args:
        rows: What they are made of; all are used before one is used again.
        signature: Name of the signature.
        rows_per_request: Rows in each body.
        count: How many bodies.
        seed: The same seed makes the same bodies.
    """
    return [
        json.dumps(
            {"signature_name": signature, "instances": batch}, separators=(",", ":")
        ).encode()
        for batch in batches(rows, rows_per_request, count, seed)
    ]


def rest_body(signature: str, rows: list[JsonObject]) -> bytes:
    """Returns the body of one predict request."""
    return json.dumps({"signature_name": signature, "instances": rows}).encode()


def batches(
    rows: list[JsonObject], rows_per_request: int, count: int, seed: int
) -> list[list[JsonObject]]:
    """Returns `count` batches of rows, in shuffled order."""
    order = random.Random(seed)  # noqa: S311 - no secret
    pool: list[JsonObject] = []
    while len(pool) < rows_per_request * count:
        pool += order.sample(rows, len(rows))
    return [pool[i * rows_per_request : (i + 1) * rows_per_request] for i in range(count)]
