"""tf.Examples that hold what a graph reads of them: no other text would get through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

_COUNT = 4
_KEYS = 3
"""Which input of ParseExampleV2 names the features of a fixed size."""


def examples_for(graph: Any) -> tuple[bytes, ...]:  # noqa: ANN401 - a GraphDef
    """Returns some for each operation that reads them, in the graph and in its functions."""
    return tuple(_found([graph.node, *(each.node_def for each in graph.library.function)]))


def _found(bodies: Iterable[Any]) -> Iterator[bytes]:
    for nodes in bodies:
        parsing = [node for node in nodes if node.op == "ParseExampleV2"]
        by_name = {node.name: node for node in nodes} if parsing else {}
        for node in parsing:
            keys = _constant(by_name, node.input[_KEYS])
            yield from (_example(node, keys, number) for number in range(_COUNT))


def _constant(by_name: Mapping[str, Any], name: str) -> list[bytes]:
    node = by_name.get(name.partition(":")[0])
    if node is None or node.op != "Const":
        return []
    values: list[bytes] = tf.make_ndarray(node.attr["value"].tensor).reshape(-1).tolist()
    return values


def _example(node: Any, keys: list[bytes], number: int) -> bytes:  # noqa: ANN401 - a NodeDef
    example = tf.train.Example()
    kinds, shapes = node.attr["Tdense"].list.type, node.attr["dense_shapes"].list.shape
    for key, kind, shape in zip(keys, kinds, shapes, strict=False):
        size = int(np.prod([max(dim.size, 1) for dim in shape.dim]))
        feature = example.features.feature[key.decode()]
        if kind == tf.string.as_datatype_enum:
            feature.bytes_list.value.extend([b"a" * number] * size)
        elif kind == tf.int64.as_datatype_enum:
            feature.int64_list.value.extend([number] * size)
        else:
            feature.float_list.value.extend([number - 1.5] * size)
    serialized: bytes = example.SerializeToString()
    return serialized
