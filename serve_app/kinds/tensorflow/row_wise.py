"""Rewrites an executed graph such that it computes each row as if it were alone, bit for bit.

TensorFlow computes many rows with other instructions than one: a matrix product sums in another
order, and vector instructions round an exponential differently than scalar ones do for the rows
that are left over. So the answer to a row depends on its company. Here it does not: what is said to
be so (`by_rows`) is computed by one operation per row, the very operation that computes a row
alone. A product of rows and a matrix becomes one batched operation, which sums in the same order
(docs/sharing.md).
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import op_def_registry

from serve_app.kinds.tensorflow.sharing._executed_graph import (
    ExecutedGraph,
    Tensor,
    forget_notes,
    inputs_of,
)
from serve_app.kinds.tensorflow.sharing._following import RowsThrough
from serve_app.kinds.tensorflow.sharing._operations import RESOURCES

_INT32 = tf.int32.as_datatype_enum
_FLOAT32 = tf.float32.as_datatype_enum
_LONGEST = {_FLOAT32: 512, tf.float64.as_datatype_enum: 8192}
"""Up to how many numbers a batched product sums as a single one does: measured."""
_MOST_COLUMNS = 512


class RowWiseGraph:
    """The rewritten graph.

    Args:
        width: The number of rows that the new graph will take, at least 2.
        prefix: Begins the name of each new node.
        there: Names of nodes beside which the new ones will stand; resources are shared with them.

    Attributes:
        feeds: Tensor name of the signature -> the new one.
        fetches: The same.
    """

    def __init__(
        self,
        graph: ExecutedGraph,
        through: RowsThrough,
        width: int,
        prefix: str,
        there: Container[str],
    ) -> None:
        self._through = through
        self.width = width
        self._prefix = prefix
        self._graph = graph
        self._joined: dict[Tensor, str] = {}
        self._split: dict[Tensor, list[str]] = {}
        self._shared = {name for name, node in graph.nodes.items()
                        if node.op in RESOURCES and name in there}  # fmt: skip
        self._axis = self._named("row_axis")
        self.nodes: list[Any] = [_constant(self._axis, 0)]
        for node in graph.graph.node:
            if node.op != "_Retval" and node.name not in self._shared:
                self.nodes += self._rewritten(node)
        self.feeds = {fed: self._named(name) + ":0" for fed, name in graph.feeds.items()}
        self.fetches = {fetched: self._tensor_name(self._all_rows(tensor))
                        for fetched, tensor in graph.fetches.items()}  # fmt: skip

    def _rewritten(self, node: Any) -> Iterable[Any]:  # noqa: ANN401 - a NodeDef
        if node.op == "_Arg":
            fed = _node(self._named(node.name), "Placeholder", [], dtype=node.attr["T"].type)
            return [fed]
        if node.name not in self._through.by_rows:
            return [self._copy(node, self._named(node.name), map(self._all_rows, inputs_of(node)))]
        return list(self._product(node)) if self._is_batched(node) else self._one_by_one(node)

    def _one_by_one(self, node: Any) -> list[Any]:  # noqa: ANN401
        inputs = inputs_of(node)
        per_row = [
            self._rows_of(tensor) if tensor in self._through.rows
            else [self._all_rows(tensor)] * self.width
            for tensor in inputs
        ]  # fmt: skip
        return [
            self._copy(node, f"{self._named(node.name)}/row_{row}", [each[row] for each in per_row])
            for row in range(self.width)
        ]

    def _product(self, node: Any) -> Iterable[Any]:  # noqa: ANN401
        """Yields [n, k] x [k, m] as n products [1, k] x [k, m], and what is fused with it."""
        name, kind = self._named(node.name), node.attr["T"].type
        left, right, *bias = map(self._all_rows, inputs_of(node))
        axis = _constant(f"{name}/axis", 1)
        yield axis
        yield _node(f"{name}/rows", "ExpandDims", [left, axis.name], T=kind, Tdim=_INT32)
        yield _node(f"{name}/products", "BatchMatMulV2", [f"{name}/rows", right], T=kind)
        squeezed = _node(f"{name}/sums" if bias else name, "Squeeze", [f"{name}/products"], T=kind)
        squeezed.attr["squeeze_dims"].list.i.append(1)
        squeezed.input.extend(self._controls(node))
        yield squeezed
        if not bias:
            return
        is_relu = b"Relu" in node.attr["fused_ops"].list.s
        biased = f"{name}/biased" if is_relu else name
        yield _node(biased, "BiasAdd", [squeezed.name, *bias], T=kind)
        if is_relu:
            # As oneDNN's does: of -0 and NaN it makes 0, which Relu by itself does not.
            zero = _constant(f"{name}/zero", 0.0, tf.float32)
            yield zero
            yield _node(f"{name}/positive", "Greater", [biased, zero.name], T=kind)
            yield _node(name, "SelectV2", [f"{name}/positive", biased, zero.name], T=kind)

    def _copy(self, node: Any, name: str, inputs: Iterable[str]) -> Any:  # noqa: ANN401
        new = type(node)()
        new.CopyFrom(node)
        new.name = name
        del new.input[:]
        new.input.extend([*inputs, *self._controls(node)])
        forget_notes(new)
        if node.op in RESOURCES and not node.attr["shared_name"].s:
            new.attr["shared_name"].s = node.name.encode()
        return new

    def _controls(self, node: Any) -> list[str]:  # noqa: ANN401
        names = [name[1:] for name in node.input if name[0] == "^"]
        return [f"^{new}" for name in names for new in self._nodes_of(name)]

    def _nodes_of(self, name: str) -> list[str]:
        if self._is_one_by_one(name):
            return [f"{self._named(name)}/row_{row}" for row in range(self.width)]
        return [self._named(name)]

    def _is_one_by_one(self, name: str) -> bool:
        return name in self._through.by_rows and not self._is_batched(self._graph.nodes[name])

    def _is_batched(self, node: Any) -> bool:  # noqa: ANN401
        if node.name not in self._through.batched or node.attr["transpose_b"].b:
            return False
        fused, kind = list(node.attr["fused_ops"].list.s), node.attr["T"].type
        inner, columns = self._graph.shapes[inputs_of(node)[1]] or (None, None)
        most = _LONGEST.get(kind, 0)
        if inner is None or columns is None or inner > most or columns > _MOST_COLUMNS:
            return False
        if fused:  # Eigen's fused ones sum long vectors in another order
            is_known = fused in ([b"BiasAdd"], [b"BiasAdd", b"Relu"])
            return is_known and node.op == "_MklNativeFusedMatMul" and bool(kind == _FLOAT32)
        return True

    def _all_rows(self, tensor: Tensor) -> str:
        """The name of a tensor with all rows in it; joins them at the first demand."""
        if not self._is_one_by_one(tensor.node):
            return str(Tensor(self._named(tensor.node), tensor.port))
        if tensor not in self._joined:
            name = f"{self._named(tensor.node)}/joined_{tensor.port}"
            kind = _output_type(self._graph.nodes[tensor.node], tensor.port)
            joined = _node(name, "ConcatV2", [*self._rows_of(tensor), self._axis], T=kind,
                           Tidx=_INT32)  # fmt: skip
            joined.attr["N"].i = self.width
            self.nodes.append(joined)
            self._joined[tensor] = name
        return self._joined[tensor]

    def _rows_of(self, tensor: Tensor) -> list[str]:
        """The names of the rows of a tensor; splits it at the first demand."""
        if self._is_one_by_one(tensor.node):
            return [str(Tensor(name, tensor.port)) for name in self._nodes_of(tensor.node)]
        if tensor not in self._split:
            name = f"{self._named(tensor.node)}/split_{tensor.port}"
            kind = _output_type(self._graph.nodes[tensor.node], tensor.port)
            split = _node(name, "Split", [self._axis, self._all_rows(tensor)], T=kind)
            split.attr["num_split"].i = self.width
            self.nodes.append(split)
            self._split[tensor] = [str(Tensor(name, row)) for row in range(self.width)]
        return self._split[tensor]

    def _named(self, name: str) -> str:
        return name if name in self._shared else f"{self._prefix}/{name}"

    @staticmethod
    def _tensor_name(name: str) -> str:
        return name if ":" in name else f"{name}:0"


def _output_type(node: Any, port: int) -> int:  # noqa: ANN401
    found: list[int] = []
    for output in op_def_registry.get(node.op).output_arg:
        if output.type_list_attr:
            found += node.attr[output.type_list_attr].list.type
            continue
        kind = node.attr[output.type_attr].type if output.type_attr else output.type
        found += [kind] * (node.attr[output.number_attr].i if output.number_attr else 1)
    return found[port]


def _node(name: str, operation: str, inputs: Iterable[str], **types: int) -> Any:  # noqa: ANN401
    node = tf.compat.v1.NodeDef(name=name, op=operation, input=inputs)
    for attribute, kind in types.items():
        node.attr[attribute].type = kind
    return node


def _constant(name: str, value: float, kind: tf.DType = tf.int32) -> Any:  # noqa: ANN401
    node = _node(name, "Const", [], dtype=kind.as_datatype_enum)
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value, kind))
    return node
