"""The rules of the operations that compute: of each element, each row, or along an axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import tensorflow as tf

from serve_app.kinds.tensorflow.sharing._executed_graph import Shape
from serve_app.kinds.tensorflow.sharing._flow import Flow, Kind, Step, is_length
from serve_app.kinds.tensorflow.sharing._operations import (
    ALONG_AN_AXIS,
    BATCH_PRODUCTS,
    EXACT,
    PRODUCTS,
    REDUCTIONS,
    ROUNDED,
    ROW_FUNCTIONS,
)

Rule: TypeAlias = Callable[[Step], Flow | Sequence[Flow]]

_FLOAT32 = tf.float32.as_datatype_enum
_SAFE_CASTS = frozenset({tf.bool, tf.int32, tf.int64, tf.float16, tf.float32, tf.float64})


def each_element(step: Step) -> Flow:
    """Operations that combine the elements at one place, after broadcasting."""
    if step.rest_is(Kind.EVERY, 0) and step.op == "LogicalAnd":
        return step.flows[0]
    places = {flow.places for flow in step.flows if flow.kind is Kind.PLACED}
    if places:
        return _each_place(step, places)
    aligned(step, step.flows, step.shapes)
    if (step.op in ROUNDED and step.is_float()) or _is_loose_cast(step) or step.is_bfloat16():
        step.one_by_one()
    return step.rows()


def aligned(step: Step, flows: Sequence[Flow], shapes: Sequence[Shape]) -> None:
    """Checks that broadcasting puts row beside row: that nothing else meets the axis of rows."""
    step.need(all(flow.kind in {Kind.SAME, Kind.ROWS} for flow in flows), _what_else(flows))
    step.need(all(shape is not None for shape in shapes), "has an input of unknown rank")
    known = [shape for shape in shapes if shape is not None]
    widest = max(map(len, known), default=0)
    for flow, shape in zip(flows, known, strict=True):
        if flow.kind is Kind.ROWS:
            step.need(len(shape) == widest and is_length(shape[0]), "sets rows against other axes")
        elif len(shape) == widest:
            step.need(shape and shape[0] == 1, "sets rows against another axis")


def _what_else(flows: Sequence[Flow]) -> str:
    names = {
        Kind.SIZES: "computes with the number of rows",
        Kind.ROW_NUMBERS: "computes with the places of the rows",
        Kind.ROW_INDICES: "computes with the places of the rows",
        Kind.PLACES: "computes with the places of the rows",
        Kind.EVERY: "uses what holds for all rows",
    }
    return next((names[flow.kind] for flow in flows if flow.kind in names), "mixes the rows")


def _each_place(step: Step, places: set[str]) -> Flow:
    step.need(len(places) == 1, "combines values of different places")
    placed = next(flow for flow in step.flows if flow.kind is Kind.PLACED)
    rank = max(step.rank(index) for index, flow in enumerate(step.flows)
               if flow.kind is Kind.PLACED)  # fmt: skip
    for index, flow in enumerate(step.flows):
        is_placed = flow.kind is Kind.PLACED and step.rank(index) == rank
        is_spread = flow.kind is Kind.SAME and (
            step.rank(index) < rank or (step.shapes[index] or (0,))[0] == 1
        )
        step.need(is_placed or is_spread, "sets places against another axis")
    if (step.op in ROUNDED and step.is_float()) or _is_loose_cast(step) or step.is_bfloat16():
        step.one_by_one()
    return placed


def _is_loose_cast(step: Step) -> bool:
    # A number that does not fit into a small integer becomes another one in vector instructions.
    if step.op != "Cast" or not step.is_float("SrcT"):
        return False
    return tf.as_dtype(step.node.attr["DstT"].type) not in _SAFE_CASTS


def cast(step: Step) -> Flow:
    """Of values; sizes and places stay what they are."""
    kind = step.flows[0].kind
    if kind in {Kind.SIZES, Kind.ROW_NUMBERS, Kind.ROW_INDICES, Kind.PLACES}:
        target = tf.as_dtype(step.node.attr["DstT"].type)
        step.need(target in {tf.int32, tf.int64}, "computes with the number of rows")
        return step.flows[0]
    return each_element(step)


def reduction(step: Step) -> Flow:
    """Along constant axes, of which the first is none."""
    if step.flows[0].kind is Kind.SIZES:
        step.refuse("computes with the number of rows")
    step.need(step.is_all(Kind.ROWS, 0) and step.is_all(Kind.SAME, 1), "mixes the rows")
    rank, shape = step.rank(0), step.shapes[0] or ()
    axes = {int(axis) % rank for axis in step.constant(1).reshape(-1)}
    if 0 in axes and step.op == "All" and len(axes) == rank:
        return Flow(Kind.EVERY)
    step.need(0 not in axes, "reduces the batch")
    sizes = [shape[axis] for axis in axes]
    is_of_one = all(size == 1 for size in sizes) and step.op in {"Sum", "Mean"}
    is_exact = is_of_one or (step.op == "Sum" and step.flows[0].counts)
    if (step.is_float() and not is_exact) or step.is_bfloat16():
        step.one_by_one()
    return step.rows()


def along_an_axis(step: Step) -> Flow:
    """Functions of what lies along one constant axis, not the first."""
    step.need(step.is_all(Kind.ROWS, 0), "mixes the rows")
    rank = step.rank(0)
    index = 2 if step.op == "Roll" else 1
    axes = {int(axis) % rank for axis in step.constant(index).reshape(-1)}
    step.need(step.rest_is(Kind.SAME), "mixes the rows")
    step.need(0 not in axes, "works along the batch")
    if step.op in {"Cumsum", "Cumprod"} or step.is_bfloat16():
        step.one_by_one()
    return step.rows()


def row_function(step: Step) -> Sequence[Flow]:
    """Functions of one row, given parameters that are the same for all; the first output only."""
    step.need(step.is_all(Kind.ROWS, 0), "mixes the rows")
    step.need(step.rest_is(Kind.SAME) or _are_fused(step, 1), "mixes the rows")
    step.need(step.rank(0) >= 2, "works along the batch")
    is_norm = "BatchNorm" in step.op
    step.need(not (is_norm and step.node.attr["is_training"].b), "normalizes over the batch")
    # oneDNN's softmax takes each row by itself, whatever their number.
    is_of_rows = step.node.op == "_MklSoftmax" and step.node.attr["T"].type == _FLOAT32
    if not is_of_rows:
        step.one_by_one()
    count = 2 if step.op.startswith("TopK") else 1
    rest = Flow(Kind.MIXED, why=f"{step.op} ({step.node.name}) has an output without rows")
    return [step.rows(index=index) if index < count else rest
            for index in range(len(step.outputs))]  # fmt: skip


def product(step: Step) -> Flow:
    step.need(step.is_all(Kind.ROWS, 0), "multiplies with a matrix that has the rows as columns")
    step.need(step.is_all(Kind.SAME, 1), "multiplies rows with rows")
    step.need(_are_fused(step, 2), "mixes the rows")
    step.need(not step.node.attr["transpose_a"].b, "works along the batch")
    step.one_by_one()
    return step.rows()


def _are_fused(step: Step, first: int) -> bool:
    """Tells whether inputs from `first` on are the same for all, or rows that are added."""
    is_fused = step.op.startswith("Fused") and "BatchNorm" not in step.op
    kinds = {Kind.SAME, Kind.ROWS} if is_fused else {Kind.SAME}
    return all(flow.kind in kinds for flow in step.flows[first:])


def batch_product(step: Step) -> Flow:
    first, second = step.rank(0), step.rank(1)
    rank = max(first, second)
    step.need(step.rest_is(Kind.SAME, 2), "mixes the rows")
    for index, own in ((0, first), (1, second)):
        shape = step.shapes[index] or ()
        if step.flows[index].kind is Kind.ROWS:
            is_matrix_of_rows = own == 2 and rank == 2 and index == 0
            step.need(not is_matrix_of_rows or not step.node.attr["adj_x"].b, "mixes the rows")
            step.need(is_matrix_of_rows or (own == rank and own > 2), "mixes the rows")
        else:
            step.need(step.flows[index].kind is Kind.SAME, "mixes the rows")
            step.need(own < rank or own == 2 or shape[0] == 1, "mixes the rows")
    step.one_by_one()
    return step.rows()


def einsum(step: Step) -> Flow:
    """Sums of products whose first label is the batch, wherever it stands."""
    equation = step.node.attr["equation"].s.decode()
    step.need("." not in equation, "has an ellipsis")
    left, _, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    label = right[:1]
    for term, flow in zip(terms, step.flows, strict=True):
        if flow.kind is Kind.ROWS:
            step.need(label and term[0] == label and label not in term[1:], "mixes the rows")
        else:
            step.need(flow.kind is Kind.SAME and label not in term, "mixes the rows")
    step.one_by_one()
    return step.rows()


def bias_add(step: Step) -> Flow:
    step.need(step.is_all(Kind.ROWS, 0) and step.is_all(Kind.SAME, 1), "mixes the rows")
    if step.is_bfloat16():
        step.one_by_one()
    return step.rows()


def nothing(_: Step) -> Sequence[Flow]:
    return []


def asserted(step: Step) -> Sequence[Flow]:
    """Fails a call if it would fail one of its rows alone: those are computed again without it."""
    kinds = {Kind.SAME, Kind.EVERY}
    step.need(step.flows[0].kind in kinds, "checks what does not follow from single rows")
    return []


RULES: dict[str, Rule] = {
    **dict.fromkeys(EXACT | ROUNDED, each_element),
    **dict.fromkeys(REDUCTIONS, reduction),
    **dict.fromkeys(ALONG_AN_AXIS, along_an_axis),
    **dict.fromkeys(ROW_FUNCTIONS, row_function),
    **dict.fromkeys(PRODUCTS, product),
    **dict.fromkeys(BATCH_PRODUCTS, batch_product),
    "Assert": asserted, "BiasAdd": bias_add, "Cast": cast, "Einsum": einsum, "NoOp": nothing,
}  # fmt: skip
