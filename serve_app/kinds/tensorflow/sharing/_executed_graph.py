"""The graph that a session really executes: flat, optimised, with the shapes of its tensors.

What TensorFlow fuses, folds and reorders decides bits, so this is the graph to be judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf

Shape: TypeAlias = tuple[int | None, ...] | None
"""One size per axis, None where it is not known; None for an unknown rank."""

BATCH = 1_000_003
"""The number of rows that shapes are inferred with: a prime that no model has as another size."""

_PLACE = re.compile(r"_(?:arg|retval)_(?P<node>.+)_(?P<port>\d+)_\d+$")


@dataclass(frozen=True, slots=True)
class Tensor:
    """One output of a node."""

    node: str
    port: int

    @classmethod
    def named(cls, name: str) -> Tensor:
        """Reads `node` or `node:port`."""
        node, _, port = name.partition(":")
        return cls(node, int(port or 0))

    def __str__(self) -> str:
        return f"{self.node}:{self.port}" if self.port else self.node


class ExecutedGraph:
    """The nodes between the feeds and the fetches of a signature.

    Args:
        graph: A GraphDef as RunMetadata's partition graph holds it.
    """

    def __init__(self, graph: Any) -> None:  # noqa: ANN401 - a GraphDef
        self.graph = graph
        self.nodes: dict[str, Any] = {node.name: node for node in graph.node}
        self.feeds = {_fed(node): node.name for node in graph.node if node.op == "_Arg"}
        self.fetches = {_fed(node): Tensor.named(node.input[0])
                        for node in graph.node if node.op == "_Retval"}  # fmt: skip

    def in_order(self) -> list[Any]:
        """Returns the nodes, each after its inputs; those in a circle are left out."""
        waiting = {name: {each.lstrip("^").partition(":")[0] for each in node.input}
                   for name, node in self.nodes.items()}  # fmt: skip
        followers: dict[str, list[str]] = {}
        for name, inputs in waiting.items():
            for each in inputs:
                followers.setdefault(each, []).append(name)
        ready = [name for name, inputs in waiting.items() if not inputs]
        order = []
        while ready:
            name = ready.pop()
            order.append(self.nodes[name])
            for follower in followers.get(name, ()):
                waiting[follower].discard(name)
                if not waiting[follower]:
                    ready.append(follower)
        return order

    def value(self, tensor: Tensor) -> np.ndarray | None:
        """Returns the value of a constant, None of all else."""
        node = self.nodes[tensor.node]
        if node.op == "Const":
            return constant(node)
        if node.op == "Identity":
            return self.value(Tensor.named(node.input[0]))
        return None

    @cached_property
    def shapes(self) -> dict[Tensor, Shape]:
        """The shape of each tensor in a batch of BATCH rows, by TensorFlow's shape functions.

        Raises:
            ValueError: No such batch can pass through the graph; the text names the node.
        """
        stand_in = tf.compat.v1.GraphDef(versions=self.graph.versions)
        for node in self.graph.node:
            stand_in.node.extend(_with_shape(node, self._fed_shape(node)))
        with tf.Graph().as_default() as graph:
            tf.graph_util.import_graph_def(stand_in, name="")
        return {
            Tensor(name, port): _shape(output)
            for name in self.nodes
            for port, output in enumerate(graph.get_operation_by_name(_safe(name)).outputs)
        }

    fed_shapes: dict[str, Shape]

    def _fed_shape(self, node: Any) -> Shape:  # noqa: ANN401 - a NodeDef
        return self.fed_shapes[_fed(node)] if node.op == "_Arg" else None


def forget_notes(node: Any) -> None:  # noqa: ANN401 - a NodeDef
    """Drops what does not hold in another graph: shapes of before the fusion, colocation."""
    for name in ("_output_shapes", "_class"):
        if name in node.attr:
            del node.attr[name]


def inputs_of(node: Any) -> list[Tensor]:  # noqa: ANN401 - a NodeDef
    return [Tensor.named(name) for name in node.input if name[0] != "^"]


def constant(node: Any) -> np.ndarray:  # noqa: ANN401 - a NodeDef
    tensor = node.attr["value"].tensor
    if tensor.dtype == tf.string.as_datatype_enum and tensor.tensor_content:
        return _texts(tensor)
    array: np.ndarray = tf.make_ndarray(tensor)
    return array


def _texts(tensor: Any) -> np.ndarray:  # noqa: ANN401 - a TensorProto
    """Reads texts as a session writes them, which Python's own reader cannot: lengths, then all."""
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    content, place = tensor.tensor_content, 0
    lengths = []
    for _ in range(int(np.prod(shape))):
        length, place = _varint(content, place)
        lengths.append(length)
    array = np.empty(len(lengths), np.object_)
    for index, length in enumerate(lengths):
        array[index] = content[place : place + length]
        place += length
    return array.reshape(shape)


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """Returns a number of protobuf's variable length, and where it ends."""
    value = shift = 0
    while content[place] & 0x80:
        value |= (content[place] & 0x7F) << shift
        place, shift = place + 1, shift + 7
    return value | content[place] << shift, place + 1


def _fed(node: Any) -> str:  # noqa: ANN401
    found = _PLACE.match(node.name)
    return f"{found['node']}:{found['port']}" if found else node.name


def _safe(name: str) -> str:
    # Names that begin so are reserved in a graph that is built.
    return f"x{name}" if name[0] == "_" else name


def _with_shape(node: Any, fed: Shape) -> Iterable[Any]:  # noqa: ANN401
    """Yields nodes whose outputs have the shapes of the node's."""
    twin = type(node)()
    twin.CopyFrom(node)
    twin.name = _safe(node.name)
    del twin.input[:]
    twin.input.extend(_safe_input(name) for name in node.input)
    forget_notes(twin)
    if node.op == "_Arg":
        twin = tf.compat.v1.NodeDef(name=twin.name, op="Placeholder")
        twin.attr["dtype"].type = node.attr["T"].type
        if fed is not None:
            twin.attr["shape"].shape.CopyFrom(tf.TensorShape(fed).as_proto())
    elif node.op == "_Retval":
        twin.op = "Identity"
        del twin.attr["index"]
    elif node.op == "LookupTableFindV2":
        # TensorFlow does not say that there is one value for each key.
        keys = tf.compat.v1.NodeDef(name=f"{twin.name}/keys", op="Shape", input=[twin.input[1]])
        keys.attr["T"].type = node.attr["Tin"].type
        yield keys
        twin = tf.compat.v1.NodeDef(name=twin.name, op="Fill", input=[keys.name, twin.input[2]])
        twin.attr["T"].type = node.attr["Tout"].type
    yield twin


def _safe_input(name: str) -> str:
    return f"^{_safe(name[1:])}" if name[0] == "^" else _safe(name)


def _shape(output: Any) -> Shape:  # noqa: ANN401 - a tf.Tensor
    return None if output.shape.rank is None else tuple(output.shape.as_list())
