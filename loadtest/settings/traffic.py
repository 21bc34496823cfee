"""Settings: what the users send, how they pace themselves and what they check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from foundation.settings.group import Count, Group, List, Seconds
from loadtest.settings._kinds import CountOrNone, Rate

_PAUSE_S = 0.02


class TrafficSettings(Group):
    """The requests of a user."""

    mode: Literal["closed", "open"] = "closed"
    """`closed`: each user sends again when answered. `open`: requests leave at the asked rate."""
    think_s: Seconds | None = None
    """Seconds that a user waits after an answer; for mode `closed`, where null is 0.02 s. Without a
    pause 64 users ask for all that a service can do, and the generator is the limit before it."""
    rps_per_user: Rate = 4.0
    """Rate that one user stands for in mode `open`. The lower, the more spare users: at 4 the asked
    rate is kept up to a mean latency of 250 ms."""
    rows_per_request: Count = 1
    """Rows in one predict request."""
    rows_file: Path | None = None
    """Real rows: .jsonl with one instance a line, or .csv with the features as header; without it
    the rows are the service's published example and values drawn from the model's metadata."""
    payloads: Annotated[int, Field(ge=1, le=100_000)] = 256
    """Different requests that are prepared; each user draws from them at random."""
    seed: int = 0
    """Seed of what is drawn."""
    check_answers: bool = True
    """Whether answers are checked for rows, shape, label and finite numbers, not only for 200."""
    labels: List[str] = ()
    """The classes that a predicted label may have; empty takes those that the service publishes."""
    retries: Annotated[int, Field(ge=0, le=10)] = 0
    """How often a request is sent again after a 502, a 503 or a lost connection."""
    retry_wait_s: Seconds = 0.1
    """Seconds before it is; a Retry-After in the answer goes before."""
    rotate_after: CountOrNone = 0
    """Requests after which a user opens a new connection; 0 keeps it. Old connections would never
    reach a replica, or a proxy, that came later where balancing goes by connection."""

    @property
    def pause_s(self) -> float:
        """Seconds that a user waits after an answer, in mode `closed`."""
        return _PAUSE_S if self.think_s is None else self.think_s

    @model_validator(mode="after")
    def _only_what_the_mode_reads(self) -> Self:
        if self.mode == "open" and self.think_s:
            raise ValueError("think_s counts only in mode `closed`; `open` has rps_per_user")
        return self
