"""The request bodies, encoded before the load begins."""

from __future__ import annotations

import json
import random

from foundation.json_types import JsonObject


def rest_body(signature: str, rows: list[JsonObject]) -> bytes:
    body = {"signature_name": signature, "instances": rows}
    return json.dumps(body, separators=(",", ":")).encode()


def batches(
    rows: list[JsonObject], rows_per_request: int, count: int, seed: int
) -> list[list[JsonObject]]:
    """In an order that the seed shuffles; all rows are used before one is used again."""
    order = random.Random(seed)  # noqa: S311 - no secret
    pool: list[JsonObject] = []
    while len(pool) < rows_per_request * count:
        pool += order.sample(rows, len(rows))
    return [pool[i * rows_per_request : (i + 1) * rows_per_request] for i in range(count)]
