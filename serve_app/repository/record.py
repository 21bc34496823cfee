"""The record `bqml.json` that a publisher may leave beside a model."""

from __future__ import annotations

import json
from pathlib import Path

from foundation.json_types import Json
from foundation.repository.layout import RECORD_NAME


def read_record(folder: Path) -> dict[str, Json] | None:
    """Returns the version's record, or None where there is none or it is not a JSON object.

    A damaged record must not stop a good model, so it reads as absent.
    """
    try:
        record = json.loads((folder / RECORD_NAME).read_text())
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None
