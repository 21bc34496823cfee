"""What each operation does to the rows of a batch: the table of docs/sharing.md, held against bits.

Graphs of one matrix `x` of six columns, judged as they are executed. Where they share calls, each
row tried has the same bits in company as alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tensorflow import raw_ops

from tests.serve_app.kinds.tensorflow.sharing.generated import rows_of
from tests.serve_app.kinds.tensorflow.sharing.in_memory import InMemory, alone, pick, same_bits

Body = Callable[[Any], Any]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

_W = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
_SIZES = (2, 3, 5, 8, 13, 33, 64, 100, 333)


def small(x: Any, most: int = 3) -> Any:
    """Integers from 0 to `most`."""
    return tf.cast(tf.where(x > 0, tf.ones_like(x), tf.zeros_like(x)), tf.int32) * most


AS_IT_IS: dict[str, Body] = {
    "Add": lambda x: x + 1,
    "Sub, of a column": lambda x: x - x[:, :1],
    "Mul, chained": lambda x: (x * 2.0) * 3.0 + x * 5.0,
    "RealDiv": lambda x: x / (tf.abs(x) + 1),
    "Neg": lambda x: -x,
    "Square": tf.square,
    "SquaredDifference": lambda x: tf.math.squared_difference(x, _W[:, 0]),
    "Floor": lambda x: tf.floor(x) + tf.math.ceil(x) + tf.round(x) + tf.math.rint(x),
    "Sqrt": lambda x: tf.sqrt(tf.abs(x)),
    "AddN": lambda x: tf.add_n([x, x * 2, x * 3]),
    "comparisons": lambda x: tf.stack([x > 0, x <= 1, tf.equal(x, 2), tf.not_equal(x, 3)], 1),
    "LogicalAnd": lambda x: tf.logical_and(x > 0, tf.logical_not(x > 1)),
    "IsNan": tf.math.is_nan,
    "SelectV2": lambda x: tf.where(x > 0, x, -x),
    "Select": lambda x: raw_ops.Select(condition=x[:, 0] > 0, x=x, y=-x),
    "Cast": lambda x: tf.cast(tf.cast(x, tf.float64), tf.float16),
    "Cast to int64": lambda x: tf.cast(x, tf.int64),
    "whole numbers": lambda x: tf.maximum(small(x) // 2, small(x) % 2) ** 1 + small(x),
    "Bucketize": lambda x: raw_ops.Bucketize(input=x, boundaries=[0.0, 1.0, 2.0]),
    "OneHot": lambda x: tf.one_hot(small(x), 5),
    "GatherV2, ids are rows": lambda x: tf.gather(_W, small(x[:, :2])),
    "GatherV2, columns": lambda x: tf.gather(x, [0, 2], axis=1),
    "GatherV2, within rows": lambda x: tf.gather(x, small(x), batch_dims=1),
    "GatherNd": lambda x: tf.gather_nd(_W, small(x[:, :2])),
    "ConcatV2": lambda x: tf.concat([x, x * 2], 1),
    "Pack": lambda x: tf.stack([x, x * 2], 1),
    "Unpack": lambda x: tf.unstack(x, axis=1)[0],
    "Split": lambda x: tf.split(x, 3, 1)[1],
    "SplitV": lambda x: tf.split(x, [2, 4], 1)[1],
    "ExpandDims": lambda x: tf.expand_dims(x, -1),
    "Squeeze, of a named axis": lambda x: tf.squeeze(x[:, :1], 1),
    "Slice": lambda x: tf.slice(x, [0, 1], [-1, 2]),
    "StridedSlice": lambda x: x[:, 1:5:2],
    "StridedSlice, ellipsis": lambda x: x[..., 0],
    "StridedSlice, new axis": lambda x: x[:, tf.newaxis],
    "Reshape, -1": lambda x: tf.reshape(x, [-1, 2, 3]),
    "Reshape, by Shape": lambda x: tf.reshape(x, [tf.shape(x)[0], 3, -1]),
    "Reshape, rows made longer": lambda x: tf.reshape(tf.reshape(x, [-1]) * 2, tf.shape(x)),
    "Transpose": lambda x: tf.transpose(tf.reshape(x, [-1, 2, 3]), [0, 2, 1]),
    "Tile, columns": lambda x: tf.tile(x, [1, 2]),
    "Tile, of one row": lambda x: tf.tile([[1.0, 2.0]], tf.stack([tf.shape(x)[0], 1])) + x[:, :2],
    "Fill": lambda x: tf.concat([tf.fill([tf.shape(x)[0], 1], 2.0), x], 1),
    "BroadcastTo": lambda x: tf.broadcast_to([[1.0, 2.0]], [tf.shape(x)[0], 2]) + x[:, :2],
    "Pad": lambda x: tf.pad(x, [[0, 0], [1, 1]]),
    "ReverseV2": lambda x: tf.reverse(x, [1]),
    "Roll": lambda x: tf.roll(x, 1, 1),
    "ArgMax": lambda x: tf.argmax(x, 1),
    "Any, All": lambda x: tf.stack([tf.reduce_any(x > 0, 1), tf.reduce_all(x > 0, 1)], 1),
    "Sum, of whole numbers": lambda x: tf.reduce_sum(small(x), 1),
    "Sum, of an axis of one": lambda x: tf.reduce_sum(x[:, tf.newaxis], 1),
    "Softmax, oneDNN's": tf.nn.softmax,
    "Sum, of counts": lambda x: tf.reduce_sum(tf.one_hot(small(x), 5), 1),
    "size of another axis": lambda x: x / tf.cast(tf.shape(x)[1], x.dtype),
    "texts": lambda x: tf.strings.upper(tf.strings.as_string(x)),
    "StringJoin": lambda x: tf.strings.join([tf.strings.as_string(x), "a"], ";"),
    "ReduceJoin": lambda x: tf.strings.reduce_join(tf.strings.as_string(x), 1),
    "StringToHashBucketFast": lambda x: tf.strings.to_hash_bucket_fast(
        tf.strings.as_string(x), 50
    ),
    "RegexReplace": lambda x: tf.strings.regex_replace(tf.strings.as_string(x), "[0-9]", "n"),
    "Substr": lambda x: tf.strings.substr(tf.strings.as_string(x), 0, 2),
    "Where and back": lambda x: tf.sparse.to_dense(tf.sparse.from_dense(small(x))),
    "own label of each row": lambda x: tf.gather_nd(
        x, tf.stack([tf.range(tf.shape(x)[0]), small(x[:, 0])], 1)
    ),
    "Assert, of every row": lambda x: asserted(x, tf.reduce_all(x[:, 0] < 1e30)),
}  # fmt: skip
"""Shared as the graph is."""


def raw(name: str, argument: str) -> Body:
    """An operation by its name, of one argument."""
    return lambda x: getattr(raw_ops, name)(**{argument: x})


BY_ROWS: dict[str, tuple[set[str], Body]] = {
    **{
        name: ({name}, raw(name, "x"))
        for name in ("Exp", "Expm1", "Log", "Log1p", "Sigmoid", "Sin", "Cos", "Tanh", "Erf", "Erfc",
                     "Rsqrt", "Reciprocal", "Sign", "Atan", "Asinh", "Lgamma")
    },
    **{
        name: ({name}, raw(name, "features"))
        for name in ("Elu", "Selu", "Relu", "Relu6", "LeakyRelu", "Softplus", "Softsign")
    },
    "Pow": ({"Pow"}, lambda x: tf.pow(tf.abs(x), 1.7)),
    "Maximum": ({"Maximum"}, lambda x: tf.maximum(x, x[:, :1])),
    "Softmax": ({"Softmax"}, lambda x: tf.nn.softmax(tf.cast(x, tf.float64))),
    "LogSoftmax": ({"LogSoftmax"}, tf.nn.log_softmax),
    "MatMul": ({"MatMul"}, lambda x: tf.matmul(x, _W)),
    "MatMul, transposed": ({"MatMul"}, lambda x: tf.matmul(x, _W.T.copy(), transpose_b=True)),
    "MatMul, BiasAdd": ({"FusedMatMul"}, lambda x: tf.nn.bias_add(tf.matmul(x, _W), _W[0])),
    "MatMul, BiasAdd, Relu": (
        {"FusedMatMul"}, lambda x: tf.nn.relu(tf.nn.bias_add(tf.matmul(x, _W), _W[0]))
    ),
    "MatMul, BiasAdd, Relu, of zeros": (
        {"FusedMatMul"},
        lambda x: tf.nn.relu(tf.nn.bias_add(tf.matmul(x * 0.0, -abs(_W)), [-0.0, 1.0, -0.0, -1.0])),
    ),
    "MatMul, BiasAdd, Tanh": (
        {"FusedMatMul"}, lambda x: tf.tanh(tf.nn.bias_add(tf.matmul(x, _W), _W[0]))
    ),
    "BatchMatMul": ({"BatchMatMulV2"}, lambda x: tf.matmul(x[:, tf.newaxis], _W)),
    "BatchMatMul, of rows": (
        {"BatchMatMulV2"}, lambda x: tf.matmul(x[:, :, None], x[:, None, :])
    ),
    "Einsum": ({"Einsum"}, lambda x: tf.einsum("ij,jk->ik", x, _W)),
    "tensordot": (
        {"MatMul"}, lambda x: tf.tensordot(tf.reshape(x, [-1, 2, 3]), _W[:3], [[2], [0]])
    ),
    "Sum": ({"Sum"}, lambda x: tf.reduce_sum(x, 1)),
    "Sum, rows made longer": (
        {"Sum"}, lambda x: tf.reshape(tf.reduce_sum(tf.reshape(x, [-1, 2]), 1), [-1, 3])
    ),
    "Mean": ({"Mean"}, lambda x: tf.reduce_mean(x, -1, keepdims=True)),
    "Max": ({"Max"}, lambda x: tf.reduce_max(x, 1)),
    "Prod": ({"Prod"}, lambda x: tf.reduce_prod(x, [1])),
    "layer normalization": ({"Mean", "Rsqrt"}, lambda x: normalized(x, 1)),
    "TopK": ({"TopKV2"}, lambda x: tf.math.top_k(x, 2).values),
    "sort": ({"TopKV2"}, lambda x: tf.sort(x, 1)),
    "Cumsum": ({"Cumsum"}, lambda x: tf.cumsum(x, 1)),
    "Cast to uint8": ({"Cast"}, lambda x: tf.cast(x, tf.uint8)),
    "bfloat16": ({"AddV2", "Cast"}, lambda x: tf.cast(tf.cast(x, tf.bfloat16) + 1, tf.float32)),
    "GELU": ({"Erfc"}, tf.nn.gelu),
    "GELU, by tanh": ({"Tanh"}, lambda x: tf.nn.gelu(x, approximate=True)),
    "Conv1D": (
        {"Conv2D"}, lambda x: tf.nn.conv1d(x[:, :, None], np.full((3, 1, 4), 0.3, "f4"), 1, "SAME")
    ),
    "MaxPool": ({"MaxPool"}, lambda x: tf.nn.max_pool1d(x[:, :, None], 2, 2, "VALID")),
}  # fmt: skip
"""Shared row by row."""

REFUSED: dict[str, tuple[str, Body]] = {
    "mean of the batch": ("Mean .* reduces the batch", lambda x: x - tf.reduce_mean(x, 0)),
    "largest of all": ("Max .* reduces the batch", lambda x: x / tf.reduce_max(x)),
    "normalized over the batch": ("Mean .* reduces the batch", lambda x: normalized(x, 0)),
    "softmax over the batch": ("moves the batch", lambda x: tf.nn.softmax(x, axis=0)),
    "reversed": ("ReverseV2 .* works along the batch", lambda x: tf.reverse(x, [0])),
    "reversed by a slice": ("StridedSlice .* takes some of the rows", lambda x: x[::-1]),
    "the first row": ("StridedSlice .* takes some of the rows", lambda x: x + x[:1]),
    "cumulative sum": ("Cumsum .* works along the batch", lambda x: tf.cumsum(x, 0)),
    "shifted": ("Roll .* works along the batch", lambda x: tf.roll(x, 1, 0)),
    "divided by the number of rows": (
        "computes with the number of rows", lambda x: x / tf.cast(tf.shape(x)[0], x.dtype)
    ),
    "one way if alone": (
        "computes with the number of rows",
        lambda x: x * tf.cast(tf.equal(tf.shape(x)[0], 1), x.dtype),
    ),
    "numbered": (
        "Cast|StridedSlice", lambda x: x + tf.cast(tf.range(tf.shape(x)[0])[:, None], x.dtype)
    ),
    "sorted": ("moves the batch", lambda x: tf.sort(x, 0)),
    "largest k of the batch": (
        "moves the batch", lambda x: tf.transpose(tf.math.top_k(tf.transpose(x), 1).values) + x
    ),
    "row with row": (
        "multiplies rows with rows", lambda x: tf.matmul(tf.matmul(x, x, transpose_b=True), x)
    ),
    "rows by ids": (
        "GatherV2 .* takes rows by ids of rows", lambda x: tf.gather(x, small(x[:, 0], 0))
    ),
    "Unique": ("Unique .* compares rows", lambda x: tf.unique(x[:, 0]).idx),
    "segments": ("UnsortedSegmentSum .* is not known", lambda x: tf.math.unsorted_segment_sum(
        x, small(x[:, 0]), 4
    )),
    "transposed and reshaped": (
        "Transpose .* moves the batch", lambda x: tf.reshape(tf.transpose(x), tf.shape(x))
    ),
    "column against row": ("axes|one row for each", lambda x: x[:, 0] + x[:, 1:2]),
    "squeezed of a single row": ("drops the axis of a single row", lambda x: tf.squeeze(x[:, :1])),
    "where any": ("Any .* reduces the batch", lambda x: tf.where(tf.reduce_any(x > 1), x, -x)),
    "choice by the batch": (
        "Max .* reduces the batch",
        lambda x: tf.cond(tf.reduce_max(x) > 1, lambda: x * 2, lambda: x),
    ),
    "one of two constants": (
        "Merge .* chooses for all rows",
        lambda x: x * tf.cond(tf.reduce_all(x > 0), lambda: 2.0, lambda: 3.0),
    ),
    "some rows": ("gives|Where|Squeeze", lambda x: tf.boolean_mask(x, x[:, 0] > 0)),
    "joined texts": (
        "ReduceJoin .* reduces the batch",
        lambda x: tf.strings.join([tf.strings.as_string(x), tf.strings.reduce_join(
            tf.strings.as_string(x))]),
    ),
    "pieces of texts": (
        "StringSplitV2 .* as many pieces",
        lambda x: tf.strings.split(tf.strings.as_string(x[:, 0]), ".").to_tensor(""),
    ),
    "twice as many": ("ConcatV2 .* joins along the batch", lambda x: tf.concat([x, x], 0)),
    "no rows": ("does not have one row for each|reduces", tf.reduce_sum),
    "the same for all": ("does not have one row for each", lambda _: tf.constant([1.0, 2.0])),
    "loop": ("is not known|loop", lambda x: tf.map_fn(lambda row: row * 2, x)),
    "random": ("RandomUniform .* is not known", lambda x: x + tf.random.uniform(tf.shape(x))),
    "Assert, of the mean": (
        "Mean .* reduces the batch", lambda x: asserted(x, tf.reduce_mean(x) < 1e30)
    ),
    "Assert, of the number": (
        "computes with the number of rows", lambda x: asserted(x, tf.shape(x)[0] < 1000)
    ),
    "sparse product": (
        "SparseTensorDenseMatMul|is not known",
        lambda x: tf.sparse.sparse_dense_matmul(tf.sparse.from_dense(x), _W),
    ),
    "counted": ("Max .* reduces the batch", lambda x: tf.math.bincount(small(x[:, 0]))),
    "padded to the batch": (
        "Max .* reduces the batch",
        lambda x: tf.sequence_mask(small(x[:, 0])),
    ),
    "values of places with others": (
        "combines values of different places|rounds|is not known|GatherNd",
        lambda x: tf.gather_nd(x, tf.where(x > -1)) + tf.gather_nd(x, tf.where(x > -2)),
    ),
}  # fmt: skip
"""Not shared, and why."""


def asserted(x: Any, condition: Any) -> Any:
    """The same again, if the condition holds."""
    with tf.control_dependencies([tf.compat.v1.Assert(condition, [x])]):
        return tf.identity(x) * 2


def normalized(x: Any, axis: int) -> Any:
    """Of mean 0 and variance 1."""
    mean = tf.reduce_mean(x, axis, keepdims=True)
    variance = tf.reduce_mean(tf.math.squared_difference(x, mean), axis, keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + 1e-3)


def judged(body: Body) -> tuple[InMemory, Any, dict[str, np.ndarray]]:
    """A graph, what is known of its rows, and rows."""
    model = InMemory(body, {"x": ("float32", [6])})
    rows = {"x": rows_of("float32", 6, 1, 64)}
    return model, model.judge(pick(rows, slice(0, 2))), rows


def check(
    run: Callable[..., Any], rows: Any, expected: list[dict[str, np.ndarray]], size: int
) -> None:
    """Each row has its bits, in another place each time."""
    places = (np.arange(size) * 7 + size) % len(expected)
    for name, array in run(pick(rows, places)).items():
        assert same_bits(array, np.concatenate([expected[place][name] for place in places])), size


@pytest.mark.parametrize("name", AS_IT_IS)
def test_rows_share_calls_of_the_graph_as_it_is(name: str) -> None:
    """Operations that IEEE 754 defines to the bit, and those that only move values."""
    model, through, rows = judged(AS_IT_IS[name])
    assert through.why_not == ""
    assert not through.by_rows
    rows = pick(rows, slice(10, 40))
    expected = alone(model.run, rows)
    for size in _SIZES:
        check(model.run, rows, expected, size)


@pytest.mark.parametrize("name", BY_ROWS)
def test_rows_share_calls_of_a_row_wise_copy(name: str) -> None:
    """Operations whose bits depend on the company are computed one row at a time."""
    operations, body = BY_ROWS[name]
    model, through, rows = judged(body)
    assert through.why_not == ""
    found = {model.executed.nodes[node].op.split("Native")[-1] for node in through.by_rows}
    assert {op.removeprefix("_").removeprefix("Mkl") for op in found} == operations
    expected = alone(model.run, rows)
    for width in (4, 16):
        check(model.copy(width), rows, expected, width)


@pytest.mark.parametrize("name", REFUSED)
def test_what_mixes_the_rows_is_not_shared(name: str) -> None:
    """The reason names the operation and the node."""
    reason, body = REFUSED[name]
    model = InMemory(body, {"x": ("float32", [6])})
    through = model.judge({"x": np.abs(rows_of("float32", 6, 1, 2)) % 5})
    assert re.search(reason, through.why_not), through.why_not
