"""How a model runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from foundation.settings.group import Count, Group


class TensorFlowSettings(Group):
    """How the model runs inside a replica."""

    threads: Annotated[int, Field(ge=0)] = 0
    """Threads per operation (intra-op), and model calls at a time; 0 means the replica's CPUs."""
    share_calls: Literal["exact", "always", "off"] = "exact"
    """Whether concurrent requests share a model call: `exact` if rows prove to have the same bits
    alone and in company, `always`, or `off`."""
    max_call_rows: Count = 1024
    """Rows of a shared call at most; a single request may have more."""
    quick_call_ms: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 2.0
    """A call that is expected to take no longer runs in the event loop, which saves the way to a
    thread and back; 0 runs every call in a thread."""
    request_timeout_ms: Annotated[int, Field(gt=0)] = 30_000
    """Milliseconds after which a model call is cancelled and answered with 504."""
    warmup: bool = True
    """Run a version before it is AVAILABLE: its warmup file, or else a row of zeros."""
    warmup_iterations: Count = 1
    """How often each record of a warmup file is replayed."""
