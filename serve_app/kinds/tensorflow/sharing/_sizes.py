"""The rules of shapes: which of their elements are the number of rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from serve_app.kinds.tensorflow.sharing._executed_graph import BATCH
from serve_app.kinds.tensorflow.sharing._flow import SAME, Flow, Kind, Step
from serve_app.kinds.tensorflow.sharing._rules import Rule


def sizes(of_rows: npt.ArrayLike) -> Flow:
    """A shape; where the number of rows is not in it, rows that share a call have it alone too."""
    tags = np.asarray(of_rows, np.int8)
    return Flow(Kind.SIZES, tags) if tags.any() else SAME


def dimensions(step: Step, *indices: int) -> None:
    step.need(all(step.flows[index].kind in {Kind.SIZES, Kind.SAME} for index in indices),
              "has a size that follows from values")  # fmt: skip


def shape(step: Step) -> Sequence[Flow]:
    """Shape, ShapeN, Size and Rank."""
    return [_shape(step, flow, index) for index, flow in enumerate(step.flows)]


def _shape(step: Step, flow: Flow, index: int) -> Flow:
    if step.op == "Rank" or flow.kind in {Kind.SAME, Kind.SIZES}:
        return SAME
    step.need(flow.kind is Kind.ROWS, "counts what several rows have")
    first = 1 if step.length(index) == BATCH else 2
    return sizes(2 if step.op == "Size" else [first] + [0] * (step.rank(index) - 1))


def moved(step: Step) -> Flow:
    """A part of a shape, or several parts joined."""
    parts = [_tags(step, index) for index in range(len(step.flows))]
    step.need(all(flow.kind in {Kind.SIZES, Kind.SAME} for flow in step.flows), "mixes the rows")
    value = parts[0]
    match step.op:
        case "StridedSlice":
            result = value[_slices(step)]
        case "Slice":
            first, size = int(step.constant(1)[0]), int(step.constant(2)[0])
            result = value[first:] if size < 0 else value[first : first + size]
        case "Gather" | "GatherV2":
            result = value[step.constant(1)]
        case "Pack":
            result = np.stack(parts)
        case "ConcatV2":
            result = np.concatenate([np.atleast_1d(part) for part in parts[:-1]])
        case "ExpandDims":
            result = np.expand_dims(value, int(step.constant(1)))
        case "Squeeze" | "Reshape":
            step.need(value.size == 1 or step.op == "Squeeze", "reshapes a shape")
            rank = step.outputs[0]
            step.need(rank is not None, "gives a tensor of unknown rank")
            result = value.reshape([1] * len(rank or ())) if value.size == 1 else value
        case "Prod" | "Mul":
            result = _product(step, parts)
        case _:
            step.refuse("computes with the number of rows")
    return sizes(result)


def _product(step: Step, parts: Sequence[np.ndarray]) -> np.ndarray:
    factors = (
        parts[0].reshape(-1) if step.op == "Prod" else np.array([part.max() for part in parts])
    )
    step.need(np.count_nonzero(factors) == 1, "computes with the number of rows")
    step.need(step.outputs[0] is not None, "gives a tensor of unknown rank")
    return np.full([1] * len(step.outputs[0] or ()), 2)


def _tags(step: Step, index: int) -> np.ndarray:
    flow = step.flows[index]
    if flow.of_rows is not None:
        return flow.of_rows
    known = step.shapes[index]
    step.need(known is not None and None not in known, "has a part of unknown shape")
    return np.zeros([size or 0 for size in known or ()], np.int8)


def _slices(step: Step) -> tuple[slice | int, ...]:
    attributes = step.node.attr
    unusual = attributes["ellipsis_mask"].i or attributes["new_axis_mask"].i
    begin, end, stride = (step.constant(index).tolist() for index in (1, 2, 3))
    step.need(not unusual and len(begin) == 1, "computes with the number of rows")
    if attributes["shrink_axis_mask"].i:
        return (int(begin[0]),)
    first = None if attributes["begin_mask"].i else begin[0]
    last = None if attributes["end_mask"].i else end[0]
    return (slice(first, last, stride[0]),)


def numbers(step: Step) -> Flow:
    """A range to the number of rows."""
    limit = step.flows[1]
    is_count = limit.of_rows is not None and limit.of_rows.tolist() == 1
    step.need(is_count and step.is_all(Kind.SAME, 0, 2), "computes with the number of rows")
    step.need(int(step.constant(0)) == 0 and int(step.constant(2)) == 1, "numbers the rows")
    return Flow(Kind.ROW_NUMBERS)


SIZE_RULES: dict[str, Rule] = {
    **dict.fromkeys(("Shape", "ShapeN", "Size", "Rank"), shape),
    "Range": numbers,
}

MOVES_OF_SIZES = frozenset(
    {"StridedSlice", "Slice", "Gather", "GatherV2", "Pack", "ConcatV2", "ExpandDims", "Squeeze",
     "Reshape", "Prod", "Mul"}
)  # fmt: skip
"""Have a rule of their own for a shape."""
