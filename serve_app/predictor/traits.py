"""What is known of the calls of one signature of one version."""

from __future__ import annotations

from dataclasses import dataclass, field

from serve_app.predictor.pace import Pace


@dataclass(slots=True)
class CallTraits:
    """Changes while the version serves.

    Attributes:
        shared_rows: How many rows of several requests may go into one call of the model as it is;
            0 means that none may.
        row_width: How many requests of one row each may go into one call of a row-wise copy; 0
            means none.
        pace: How long a call takes.
    """

    shared_rows: int = 0
    row_width: int = 0
    pace: Pace = field(default_factory=Pace)
