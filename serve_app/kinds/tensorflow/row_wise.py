"""Rewrites a graph such that it computes each row as if it were alone, bit for bit.

TensorFlow computes many rows with other instructions than one: a matrix product sums in another
order, and vector instructions round an exponential differently than scalar ones do for the rows
that are left over. So the answer to a row depends on its company. Here it does not:

- a matrix product becomes one product per row, in one batched operation;
- functions that have a vector form of their own are computed by one operation per row.

The result is a graph for exactly `width` rows. Whether it is equal to the original one, row by row,
is for the caller to prove: operations that are not known here stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tensorflow as tf
from tensorflow.python.saved_model.loader_impl import SavedModelLoader

_ELEMENTWISE = frozenset(
    {
        "Softmax", "LogSoftmax", "Sigmoid", "Tanh", "Exp", "Expm1", "Log", "Log1p", "Softplus",
        "Softsign", "Elu", "Selu", "Erf", "Sqrt", "Rsqrt", "Sin", "Cos",
    }
)  # fmt: skip
_FLOATS = frozenset({tf.float16.as_datatype_enum, tf.float32.as_datatype_enum,
                     tf.float64.as_datatype_enum, tf.bfloat16.as_datatype_enum})  # fmt: skip


class RowWiseLoader(SavedModelLoader):  # type: ignore[misc]  # untyped
    """Loads a SavedModel whose graph is rewritten on the way.

    Args:
        folder: The version folder.
        width: The number of rows that the graph will take, at least 2.

    Attributes:
        has_changed: Whether there was anything to rewrite; known after the load.
    """

    def __init__(self, folder: str, width: int) -> None:
        super().__init__(folder)
        self._width = width
        self._meta_graph: Any = None
        self.has_changed = False

    def get_meta_graph_def_from_tags(self, tags: list[str]) -> Any:  # noqa: ANN401 - a MetaGraphDef
        """Returns the rewritten MetaGraphDef; the loader asks several times."""
        if self._meta_graph is None:
            self._meta_graph = super().get_meta_graph_def_from_tags(tags)
            self.has_changed = row_wise(self._meta_graph.graph_def, self._width)
        return self._meta_graph


def row_wise(graph: Any, width: int) -> bool:  # noqa: ANN401 - a GraphDef
    """Rewrites a GraphDef in place; tells whether there was anything to rewrite.

    Args:
        graph: The graph. Names stay what they were.
        width: The number of rows that it will take, at least 2.
    """
    nodes = list(graph.node)
    wanted = [node for node in nodes if _is_product(node) or _is_elementwise(node)]
    if not wanted:
        return False
    chosen = {node.name for node in wanted}
    kept = [node for node in nodes if node.name not in chosen]
    made = [new for node in wanted for new in _rewritten(node, width)]
    del graph.node[:]
    graph.node.extend([*kept, *made])
    return True


def _is_float(node: Any) -> bool:  # noqa: ANN401 - a NodeDef
    return node.attr["T"].type in _FLOATS


def _is_product(node: Any) -> bool:  # noqa: ANN401
    return node.op == "MatMul" and _is_float(node) and not node.attr["transpose_a"].b


def _is_elementwise(node: Any) -> bool:  # noqa: ANN401
    return node.op in _ELEMENTWISE and _is_float(node)


def _rewritten(node: Any, width: int) -> Iterator[Any]:  # noqa: ANN401
    # The batched product takes a transposed matrix in another order than the single one.
    is_batched = node.op == "MatMul" and not node.attr["transpose_b"].b
    return _product(node) if is_batched else _by_rows(node, width)


def _product(node: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yields [n, k] x [k, m] as n products [1, k] x [k, m]."""
    left, right, *control = node.input
    kind = node.attr["T"].type
    axis = _constant(f"{node.name}/row_axis", 1)
    yield axis
    yield _node(f"{node.name}/rows", "ExpandDims", [left, axis.name, *control], T=kind,
                Tdim=_INT32)  # fmt: skip
    product = _node(f"{node.name}/products", "BatchMatMulV2", [f"{node.name}/rows", right], T=kind)
    yield product
    squeezed = _node(node.name, "Squeeze", [product.name], T=kind)
    squeezed.attr["squeeze_dims"].list.i.append(1)
    yield squeezed


def _by_rows(node: Any, width: int) -> Iterator[Any]:  # noqa: ANN401
    """Yields one operation per row; a second input, of a product, is the same for all."""
    value, *others = node.input
    axis = _constant(f"{node.name}/row_axis", 0)
    yield axis
    split = _node(f"{node.name}/split", "Split", [axis.name, value], T=node.attr["T"].type)
    split.attr["num_split"].i = width
    yield split
    names = []
    for row in range(width):
        one = type(node)()
        one.CopyFrom(node)
        one.name = f"{node.name}/row_{row}"
        del one.input[:]
        one.input.extend([f"{split.name}:{row}", *others])
        if "_output_shapes" in one.attr:
            del one.attr["_output_shapes"]
        names.append(one.name)
        yield one
    joined = _node(node.name, "ConcatV2", [*names, axis.name], T=node.attr["T"].type, Tidx=_INT32)
    joined.attr["N"].i = width
    yield joined


_INT32 = tf.int32.as_datatype_enum


def _node(name: str, operation: str, inputs: list[str], **types: int) -> Any:  # noqa: ANN401
    node = tf.compat.v1.NodeDef(name=name, op=operation, input=inputs)
    for attribute, kind in types.items():
        node.attr[attribute].type = kind
    return node


def _constant(name: str, value: int) -> Any:  # noqa: ANN401
    node = _node(name, "Const", [], dtype=_INT32)
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value, tf.int32))
    return node
