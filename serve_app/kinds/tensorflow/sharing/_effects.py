"""What a call of a signature may do beside giving an answer: touch state, or not come to an end.

Read from the graph as it was written, before anything has run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from tensorflow.python.framework import op_def_registry

from serve_app.kinds.tensorflow.sharing._operations import BOUNDED, READERS, SIZE_INPUTS

_CALLS = frozenset({"PartitionedCall", "StatefulPartitionedCall"})
_BRANCHES = frozenset({"If", "StatelessIf", "Case", "StatelessCase"})
_LOOPS = frozenset({"While", "StatelessWhile"})
_WITHOUT_VALUES = frozenset(
    {"Shape", "ShapeN", "Size", "Rank", "StringLength", "StringSplit", "StringSplitV2", "Where"}
)
"""Give no numbers but such as count what they are given."""
_FROM_TEXT = frozenset(
    {"DecodeCSV", "DecodeRaw", "ParseExample", "ParseExampleV2", "StringToNumber", "UnicodeDecode",
     "UnicodeDecodeWithOffsets"}
)  # fmt: skip
"""Give the numbers that a text holds."""
_INIT_SIGNATURES = frozenset({"__saved_model_init_op", "__saved_model_train_op"})


class Origin(IntEnum):
    """What of the inputs a tensor follows from; a greater one hides a smaller."""

    NOTHING = 0
    SHAPES = 1
    VALUES = 2


@dataclass(frozen=True, slots=True)
class Effects:
    """What a call may do, each as a reason that names operation and node; empty if it does not.

    Attributes:
        stateful: Changes state, depends on what others change, or is random.
        unbounded: How long it takes may depend on the values that it is given.
    """

    stateful: str
    unbounded: str


def effects(meta_graph: Any, signature_name: str) -> Effects:  # noqa: ANN401 - a MetaGraphDef
    """Follows the outputs of a signature back through the graph and its functions."""
    walks = {
        name: _walk(meta_graph, definition)
        for name, definition in meta_graph.signature_def.items()
        if name == signature_name or name not in _INIT_SIGNATURES
    }
    own = walks[signature_name]
    stateful = own.writes
    if not stateful and own.reads:
        stateful = next(
            (f"{own.reads} reads what signature {name} writes: {walk.writes}"
             for name, walk in walks.items() if walk.writes_resources), ""
        )  # fmt: skip
    return Effects(stateful, own.unbounded)


def _walk(meta_graph: Any, definition: Any) -> _Walk:  # noqa: ANN401 - protobuf messages
    walk = _Walk({each.signature.name: each for each in meta_graph.graph_def.library.function})
    fed = [info.name for info in definition.inputs.values()]
    wanted = [info.name for info in definition.outputs.values()]
    wanted += [tensor for info in definition.outputs.values()
               for tensor in _composite_tensors(info)]  # fmt: skip
    walk.body(meta_graph.graph_def.node, wanted, {_node_of(name): Origin.VALUES for name in fed})
    return walk


class _Walk:
    """Notes what the nodes do that lie between inputs and outputs."""

    def __init__(self, functions: Mapping[str, Any]) -> None:
        self._functions = functions
        self._known: dict[tuple[str, tuple[Origin, ...]], list[Origin]] = {}
        self.reads = self.writes = self.unbounded = ""
        self.writes_resources = False

    def body(
        self, nodes: Iterable[Any], wanted: Iterable[str], given: Mapping[str, Origin]
    ) -> dict[str, Origin]:
        """Returns the origin of what each node gives; `wanted` may be tensors or nodes."""
        by_name = {node.name: node for node in nodes}
        origins = dict(given)
        stack = [_node_of(name) for name in wanted]
        entered: set[str] = set()
        while stack:
            name = stack[-1]
            node = by_name.get(name)
            if name in origins or node is None:
                stack.pop()
                continue
            missing = [] if name in entered else [
                each for each in map(_node_of, node.input) if each not in origins
            ]  # fmt: skip
            entered.add(name)  # a loop of the graph's own leads back to an entered node
            if missing:
                stack += missing
                continue
            stack.pop()
            inputs = [origins.get(_node_of(each), Origin.VALUES)
                      for each in node.input if each[0] != "^"]  # fmt: skip
            origins[name] = self._node(node, inputs)
        return origins

    def _node(self, node: Any, inputs: list[Origin]) -> Origin:  # noqa: ANN401 - a NodeDef
        if node.op in _CALLS:
            return max(self._call(node.attr["f"].func.name, inputs), default=Origin.NOTHING)
        if node.op in _BRANCHES:
            return max([inputs[0], *self._branches(node, inputs[1:])])
        if node.op in _LOOPS:
            self.unbounded = self.unbounded or f"{node.op} ({node.name})"
            self._call(node.attr["cond"].func.name, [Origin.VALUES] * len(inputs))
            self._call(node.attr["body"].func.name, [Origin.VALUES] * len(inputs))
            return Origin.VALUES
        self._note(node, inputs)
        if node.op == "Minimum":
            return min(inputs)  # as a size it is bounded by either
        origin = max(inputs, default=Origin.NOTHING)
        if node.op in _FROM_TEXT and origin is not Origin.NOTHING:
            return Origin.VALUES
        return min(origin, Origin.SHAPES) if node.op in _WITHOUT_VALUES else origin

    def _branches(self, node: Any, inputs: list[Origin]) -> list[Origin]:  # noqa: ANN401
        attributes = [node.attr["then_branch"].func, node.attr["else_branch"].func]
        functions = [*node.attr["branches"].list.func, *attributes]
        return [origin for function in functions if function.name
                for origin in self._call(function.name, inputs)]  # fmt: skip

    def _call(self, name: str, inputs: list[Origin]) -> list[Origin]:
        key = (name, tuple(inputs))
        if key not in self._known:
            self._known[key] = [Origin.VALUES]  # of a function that calls itself
            function = self._functions[name]
            arguments = [argument.name for argument in function.signature.input_arg]
            given = dict(zip(arguments, inputs, strict=False))
            results = [*function.ret.values(), *function.control_ret.values()]
            origins = self.body(function.node_def, results, given)
            self._known[key] = [origins.get(_node_of(each), Origin.VALUES)
                                for each in function.ret.values()]  # fmt: skip
        return self._known[key]

    def _note(self, node: Any, inputs: list[Origin]) -> None:  # noqa: ANN401
        here = f"{node.op} ({node.name})"
        definition = op_def_registry.get(node.op)
        if node.op in READERS:
            self.reads = self.reads or here
        elif definition is None or (definition.is_stateful and node.op not in BOUNDED):
            self.writes = self.writes or here
            self.writes_resources |= node.op.startswith(("Assign", "LookupTable", "Resource"))
        sized_by = SIZE_INPUTS.get(node.op, ())
        is_sized_by_values = any(
            origin is Origin.VALUES for index, origin in enumerate(inputs) if index in sized_by
        )
        if (node.op not in BOUNDED and node.op not in READERS) or is_sized_by_values:
            self.unbounded = self.unbounded or here


def _node_of(name: str) -> str:
    return name.lstrip("^").partition(":")[0]


def _composite_tensors(info: Any) -> list[str]:  # noqa: ANN401 - a TensorInfo
    return [part.name for part in info.composite_tensor.components] + [
        name for name in (info.coo_sparse.values_tensor_name, info.coo_sparse.indices_tensor_name,
                          info.coo_sparse.dense_shape_tensor_name) if name
    ]  # fmt: skip
