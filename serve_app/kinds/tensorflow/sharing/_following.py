"""Follows the rows through an executed graph, from feeds to fetches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tensorflow.python.framework import op_def_registry

from serve_app.kinds.tensorflow.sharing._executed_graph import (
    BATCH,
    ExecutedGraph,
    Shape,
    Tensor,
    inputs_of,
)
from serve_app.kinds.tensorflow.sharing._flow import ROWS, SAME, Flow, Kind, MixesRows, Step
from serve_app.kinds.tensorflow.sharing._moves import MOVES
from serve_app.kinds.tensorflow.sharing._operations import (
    IDENTITIES,
    MIXING,
    PRODUCTS,
    READERS,
    plain_name,
)
from serve_app.kinds.tensorflow.sharing._rules import RULES
from serve_app.kinds.tensorflow.sharing._sizes import MOVES_OF_SIZES, moved

_RULES = {**RULES, **MOVES}
_TAKING_ALL = frozenset({"Assert", "Switch", "Merge"})


@dataclass(frozen=True, slots=True)
class RowsThrough:
    """What was found.

    Attributes:
        by_rows: Names of the nodes that keep a row's bits only if they compute each row by itself.
        rows: The tensors whose first axis is the batch.
        batched: Those of `by_rows` that are products of one vector for each row.
        why_not: Why rows do not stay apart; empty if they do.
    """

    by_rows: frozenset[str]
    rows: frozenset[Tensor]
    batched: frozenset[str] = frozenset()
    why_not: str = ""


def follow(graph: ExecutedGraph, fed: Mapping[str, Shape]) -> RowsThrough:
    """Judges a graph; the first axis of each shape in `fed` is BATCH."""
    graph.fed_shapes = dict(fed)
    flows: dict[Tensor, Flow] = {}
    by_rows: set[str] = set()
    try:
        order = graph.in_order()
        for node in order:
            step, given = _given(graph, node, flows)
            flows.update({Tensor(node.name, port): flow for port, flow in enumerate(given)})
            if step is not None and step.by_rows:
                by_rows.add(node.name)
        _check_fetches(graph, flows)
    except MixesRows as exc:
        return _not(str(exc))
    except Exception as exc:  # noqa: BLE001 - what is not understood is not shared
        # Most often TensorFlow's shape functions: no batch of that many rows passes through.
        text = str(exc).partition("\n")[0]
        return _not(f"shapes do not fit any batch: {text}")
    rows = frozenset(tensor for tensor, flow in flows.items() if flow.kind is Kind.ROWS)
    batched = {name for name in by_rows
               if plain_name(graph.nodes[name].op) in PRODUCTS
               and (graph.shapes[Tensor(name, 0)] or (0,))[0] == BATCH
               and not rows & set(inputs_of(graph.nodes[name])[1:])}  # fmt: skip
    return RowsThrough(frozenset(by_rows), rows, frozenset(batched))


def _not(why: str) -> RowsThrough:
    return RowsThrough(frozenset(), frozenset(), why_not=why)


def _given(
    graph: ExecutedGraph,
    node: Any,  # noqa: ANN401 - a NodeDef
    flows: Mapping[Tensor, Flow],
) -> tuple[Step | None, Sequence[Flow]]:
    if node.op == "_Arg":
        return None, [ROWS]
    if node.op == "_Retval":
        return None, []
    inputs = [flows[tensor] for tensor in inputs_of(node)]
    step = Step(graph, node, inputs)
    if step.rest_is(Kind.SAME, 0) and _is_pure(node.op):
        return step, [SAME] * max(1, len(step.outputs))
    if step.op in IDENTITIES:
        return step, inputs
    if node.op not in _TAKING_ALL:
        for flow in inputs:
            if flow.kind is Kind.MIXED:
                raise MixesRows(flow.why)
    rule = moved if _moves_sizes(step.op, inputs) else _RULES.get(step.op)
    if rule is None or _has_layouts(node.op):
        step.refuse(MIXING.get(step.op, "is not known to keep rows apart"))
    given = rule(step)
    return step, [given] if isinstance(given, Flow) else given


def _moves_sizes(operation: str, inputs: Sequence[Flow]) -> bool:
    joined = operation in {"Pack", "ConcatV2", "Mul"}
    chosen = inputs if joined else inputs[:1]
    return operation in MOVES_OF_SIZES and any(flow.kind is Kind.SIZES for flow in chosen)


def _has_layouts(operation: str) -> bool:
    """Tells whether tensors come with notes on how oneDNN has laid them out."""
    definition = op_def_registry.get(operation)
    return any(argument.name.startswith("mkl_") for argument in definition.input_arg)


def _is_pure(operation: str) -> bool:
    definition = op_def_registry.get(operation)
    if operation == "Merge":  # of constants even, it is a choice
        return False
    return operation in READERS or (definition is not None and not definition.is_stateful)


def _check_fetches(graph: ExecutedGraph, flows: Mapping[Tensor, Flow]) -> None:
    for name, tensor in graph.fetches.items():
        flow = flows.get(tensor)
        if flow is None:
            raise MixesRows(f"{name} is computed in a loop")
        if flow.kind is Kind.MIXED:
            raise MixesRows(flow.why)
        if flow.kind is not Kind.ROWS or (graph.shapes[tensor] or (0,))[0] != BATCH:
            raise MixesRows(f"output {name} does not have one row for each")
