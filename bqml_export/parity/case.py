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
    """A row to ask about.

    Attributes:
        kind: Why it is asked about.
        name: What it is, for people, for example `petal_width = 1e+30`.
        row: The values of every feature column.
        limit: What the export can not hold of the row; None where it can hold all of it. Answers
            that differ are then no fault of the service.
    """

    kind: Kind
    name: str
    row: Row
    limit: str | None = None
