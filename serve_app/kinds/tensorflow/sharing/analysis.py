"""Whether rows of several requests may share a model call, as the graph shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from serve_app.kinds.tensorflow.sharing._effects import effects

Form: TypeAlias = Literal["as_it_is", "row_wise", "none"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a signature may be called.

    Attributes:
        form: How rows of several requests may share a call: of the graph as it is, of one rewritten
            to compute row by row what else would round otherwise, or not at all.
        reason: Why not, in one line that names operation and node; what is rewritten; or empty.
        stateful: Whether a call may change, or depend on, more than its inputs, or is random.
        bounded: Whether every operation is known to end in a time that the input's size bounds.
    """

    form: Form
    reason: str
    stateful: bool
    bounded: bool


def analyse(meta_graph: Any, signature_name: str) -> Verdict:  # noqa: ANN401 - a MetaGraphDef
    """Judges the graph as it was written."""
    found = effects(meta_graph, signature_name)
    reason = f"state: {found.stateful}" if found.stateful else ""
    if found.unbounded and not reason:
        reason = f"no known end: {found.unbounded}"
    form: Form = "none" if reason else "row_wise"
    return Verdict(form, reason, stateful=bool(found.stateful), bounded=not found.unbounded)
