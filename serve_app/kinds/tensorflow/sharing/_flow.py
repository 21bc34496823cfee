"""What the tensors of a graph are to the rows of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NoReturn

import numpy as np
import tensorflow as tf

from serve_app.kinds.tensorflow.sharing._executed_graph import (
    BATCH,
    ExecutedGraph,
    Shape,
    Tensor,
    inputs_of,
)
from serve_app.kinds.tensorflow.sharing._operations import plain_name


class Kind(Enum):
    """How a tensor hangs together with the rows.

    SAME: It is the same in every call of rows of this form, alone or in company.
    ROWS: Axis 0 is the batch; row i follows from row i of the inputs only. Where a reshape has made
        it k times as long, the i-th k of it do.
    SIZES: A shape, or part of one; some of its elements hold the number of rows.
    ROW_NUMBERS: 0, 1, 2 ... up to the number of rows.
    ROW_INDICES: Indices [n, k] whose first column are the row numbers.
    PLACES: Indices, in order, of elements of a tensor of rows.
    PLACED: One element for each of these places, in their order.
    EVERY: One bool: whether something is so in every row.
    MIXED: Anything else.
    """

    SAME = auto()
    ROWS = auto()
    SIZES = auto()
    ROW_NUMBERS = auto()
    ROW_INDICES = auto()
    PLACES = auto()
    PLACED = auto()
    EVERY = auto()
    MIXED = auto()


@dataclass(frozen=True)
class Flow:
    """A tensor in these terms.

    Attributes:
        of_rows: For each element of SIZES whether it is constant (0), the number of rows (1), or a
            constant times that (2).
        places: The node that PLACES, or PLACED, come from.
        why: Why it is MIXED, with operation and node.
        counts: Whether it holds only 0 and 1, whose sums are exact in any order.
    """

    kind: Kind
    of_rows: np.ndarray | None = None
    places: str = ""
    why: str = ""
    counts: bool = False


SAME = Flow(Kind.SAME)
ROWS = Flow(Kind.ROWS)


def is_length(size: int | None) -> bool:
    """Tells whether a first axis has the same number of entries for each row."""
    return size is not None and size > 0 and size % BATCH == 0


class MixesRows(Exception):  # noqa: N818 - a finding, not an error
    """An operation does not keep rows apart."""


class Step:
    """One node, with what is known of its inputs.

    Attributes:
        flows: One per input.
        shapes: One per input.
        by_rows: Set by a rule that holds only if the node computes one row at a time.
    """

    def __init__(self, graph: ExecutedGraph, node: Any, flows: list[Flow]) -> None:  # noqa: ANN401
        self._graph = graph
        self._inputs = inputs_of(node)
        self.node = node
        self.op = plain_name(node.op)
        self.flows = flows
        self.shapes: list[Shape] = [graph.shapes.get(tensor) for tensor in self._inputs]
        self.by_rows = False

    @property
    def outputs(self) -> list[Shape]:
        found: list[Shape] = []
        while (tensor := Tensor(self.node.name, len(found))) in self._graph.shapes:
            found.append(self._graph.shapes[tensor])
        return found

    def refuse(self, why: str) -> NoReturn:
        raise MixesRows(f"{self.op} ({self.node.name}) {why}")

    def need(self, condition: object, why: str) -> None:
        if not condition:
            self.refuse(why)

    def is_all(self, kind: Kind, *indices: int) -> bool:
        return all(self.flows[index].kind is kind for index in indices)

    def rest_is(self, kind: Kind, first: int = 1) -> bool:
        return all(flow.kind is kind for flow in self.flows[first:])

    def rank(self, index: int) -> int:
        """The rank of an input; one that is not known is refused."""
        shape = self.shapes[index]
        if shape is None:
            self.refuse(f"has an input of unknown rank, {self._inputs[index]}")
        return len(shape)

    def value(self, index: int) -> np.ndarray | None:
        return self._graph.value(self._inputs[index])

    def constant(self, index: int) -> np.ndarray:
        value = self.value(index)
        if value is None:
            self.refuse(f"takes {self._inputs[index]}, which is no constant")
        return value

    def axis(self, index: int, rank: int) -> int:
        """The value of an input that names an axis, counted from the first."""
        value = int(self.constant(index))
        return value + rank if value < 0 else value

    def length(self, index: int) -> int | None:
        """The size of the first axis of an input; None where it is not known."""
        shape = self.shapes[index]
        return shape[0] if shape else None

    def rows(self, index: int = 0, *, like: int | None = None) -> Flow:
        """An output that keeps its rows: its first axis is `like`, or as long as the inputs'."""
        shape = self.outputs[index]
        self.need(shape is not None, "gives a tensor of unknown rank")
        if like is None:
            lengths = {self.length(each) for each, flow in enumerate(self.flows)
                       if flow.kind is Kind.ROWS}  # fmt: skip
            self.need(len(lengths) == 1, "sets rows against other rows")
            like = lengths.pop()
        self.need(shape and shape[0] == like and is_length(like), "does not give one row for each")
        return ROWS

    def one_by_one(self) -> None:
        self.need(not any(flow.kind is Kind.PLACED for flow in self.flows),
                  "rounds values of several rows together")  # fmt: skip
        self.by_rows = True

    def is_bfloat16(self) -> bool:
        """Tells whether it computes with the one type whose bits nothing keeps."""
        kinds = [self.node.attr[name].type for name in ("T", "SrcT", "DstT") if name in
                 self.node.attr]  # fmt: skip
        return tf.bfloat16.as_datatype_enum in kinds

    def is_float(self, attribute: str = "T") -> bool:
        kind = self.node.attr[attribute].type
        return bool(kind) and (tf.as_dtype(kind).is_floating or tf.as_dtype(kind).is_complex)
