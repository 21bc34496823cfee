"""Names in a model repository."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_VERSION = 2**63 - 1
"""TensorFlow Serving's versions are int64."""
LABELS_NAME = "labels.json"
"""Beside the versions of a model: `{"stable": 2}`."""
RECORD_NAME = "bqml.json"
"""In a version: what its publisher knows of it."""
WARMUP_NAME = "assets.extra/tf_serving_warmup_requests"
"""In a version: requests to replay before it serves, a TFRecord file of PredictionLog messages."""
DEFAULT_SIGNATURE = "serving_default"
"""What clients call when they name none."""

_NUMBER = re.compile(r"[0-9]+")


def version_number(name: str) -> int | None:
    """None where the name is no version; leading zeros do not count."""
    number = int(name) if _NUMBER.fullmatch(name) else MAX_VERSION + 1
    return number if number <= MAX_VERSION else None


def default_signature(names: Iterable[str]) -> str | None:
    known = sorted(names)
    if DEFAULT_SIGNATURE in known:
        return DEFAULT_SIGNATURE
    return known[0] if known else None
