"""What the gate is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from bqml_export.parity.comparison import Tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What to compare, and how strictly.

    Attributes:
        url: The server of the endpoint.
        rows: How many rows of the training query to sample.
        query: A query whose rows take the place of those of the training query, or None.
        tolerance: How far two numbers may be apart.
        maximum_bytes_billed: What a query of the gate may read; None is unlimited.
        wait_s: How long the server may take to load the version.
    """

    url: str
    rows: int = 100
    query: str | None = None
    tolerance: Tolerance = field(default_factory=Tolerance)
    maximum_bytes_billed: int | None = None
    wait_s: float = 60.0
