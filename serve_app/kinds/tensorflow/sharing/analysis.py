"""What the graph of a signature says of a call, before anything has run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from serve_app.kinds.tensorflow.sharing._effects import effects


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a signature may be called.

    Attributes:
        reason: Why requests may not share a call whatever is executed for it, in one line that
            names operation and node; or empty.
        stateful: Whether a call may change, or depend on, more than its inputs, or is random.
        bounded: Whether every operation is known to end in a time that the input's size bounds.
    """

    reason: str
    stateful: bool
    bounded: bool


def analyse(meta_graph: Any, signature_name: str) -> Verdict:  # noqa: ANN401 - a MetaGraphDef
    """Judges the graph as it was written."""
    found = effects(meta_graph, signature_name)
    reason = ""
    if found.stateful:
        reason = f"state: {found.stateful}"
    elif found.unbounded:
        reason = f"no known end: {found.unbounded}"
    return Verdict(reason, stateful=bool(found.stateful), bounded=not found.unbounded)
