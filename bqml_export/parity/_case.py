"""One row that both sides are asked about, and why it is asked."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Row: TypeAlias = Mapping[str, object]
"""Feature column -> value, in the Python types of google-cloud-bigquery; a STRUCT is a dict."""


class Kind(enum.Enum):
    """Why a row is asked about."""

    TRAINING = "training rows"
    CLASS = "a row of each class"
    NULL = "NULL"
    UNSEEN = "unseen category"
    EXTREME = "extreme number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row to ask about."""

    kind: Kind
    name: str
    """What it is, for people, for example `petal_width = 1e+30`."""
    row: Row
    limit: str | None = None
    """What the export can not hold of the row: answers that differ are no fault of the service."""
