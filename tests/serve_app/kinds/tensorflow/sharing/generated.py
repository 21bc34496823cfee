"""Graphs put together at random, of operations that keep rows apart and of such that do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

COLUMNS = 4


def _weights(random: np.random.Generator, like: Any, columns: int = COLUMNS) -> Any:
    values = random.normal(size=(like.shape[1], columns))
    return tf.constant(values.astype(like.dtype.as_numpy_dtype))


def _column(x: Any) -> Any:
    return x[:, :1]


def _ids(x: Any, most: int) -> Any:
    finite = tf.where(tf.math.is_finite(x), x, tf.zeros_like(x))
    return tf.cast(tf.clip_by_value(finite, 0, most - 1), tf.int32)


Step = Callable[[Any, np.random.Generator], Any]

KEEPING: list[Step] = [
    lambda x, r: x + _weights(r, x, x.shape[1])[0],
    lambda x, r: _weights(r, x, x.shape[1])[0] * x - 1,
    lambda x, _: x / (tf.abs(x) + 1),
    lambda x, r: tf.nn.bias_add(tf.matmul(x, _weights(r, x)), _weights(r, x)[0]),
    lambda x, r: tf.nn.relu(tf.matmul(x, _weights(r, x))),
    lambda x, r: tf.sigmoid(tf.nn.bias_add(tf.matmul(x, _weights(r, x)), _weights(r, x)[0])),
    lambda x, r: tf.matmul(x, tf.transpose(_weights(r, x)), transpose_b=True),
    lambda x, _: tf.tanh(x),
    lambda x, _: tf.exp(-tf.abs(x)),
    lambda x, _: tf.math.log(1 + tf.abs(x)),
    lambda x, _: tf.nn.gelu(x),
    lambda x, _: tf.nn.elu(x),
    lambda x, _: tf.nn.selu(x),
    lambda x, _: tf.nn.softplus(x),
    lambda x, _: tf.nn.silu(x),
    lambda x, _: tf.nn.softmax(x),
    lambda x, _: tf.nn.log_softmax(x),
    lambda x, _: tf.math.rsqrt(tf.abs(x) + 1),
    lambda x, _: tf.pow(tf.abs(x) + 0.1, 1.3),
    lambda x, _: tf.maximum(x, -x * 0.5),
    lambda x, _: tf.where(x > 0, x, -2 * x),
    lambda x, _: tf.reverse(x, [1]),
    lambda x, _: tf.cumsum(x, 1),
    lambda x, _: tf.concat([x, x * 2], 1)[:, :5],
    lambda x, _: tf.pad(x, [[0, 0], [1, 0]]),
    lambda x, _: tf.gather(x, [0, 0], axis=1),
    lambda x, _: tf.one_hot(tf.argmax(x, 1), COLUMNS, dtype=x.dtype),
    lambda x, r: tf.gather(_weights(r, x), _ids(x[:, 0], x.shape[1])),
    lambda x, _: x - tf.reduce_mean(x, 1, keepdims=True),
    lambda x, _: x * tf.math.rsqrt(tf.math.reduce_variance(x, 1, keepdims=True) + 1e-3),
    lambda x, r: tf.reduce_sum(x[:, :, None] * _weights(r, x), 1),
    lambda x, _: tf.stack([x, x], 2)[:, :, 0],
    lambda x, _: tf.reshape(x[:, None], [-1, x.shape[1]]),
    lambda x, _: tf.reshape(x, [tf.shape(x)[0], x.shape[1]]),
    lambda x, _: tf.squeeze(x[:, None], 1),
    lambda x, _: tf.concat([x, tf.fill([tf.shape(x)[0], 1], tf.ones([], x.dtype))], 1),
    lambda x, _: tf.math.top_k(x, 2).values,
    lambda x, _: tf.sort(x, 1),
    lambda x, _: tf.nn.l2_normalize(x, 1),
    lambda x, _: (
        tf.cast(tf.raw_ops.Bucketize(input=x, boundaries=[-1.0, 0.0, 2.0]), x.dtype)
        if x.dtype != tf.float16
        else x
    ),
    lambda x, _: (
        tf.cast(tf.strings.to_hash_bucket_fast(tf.strings.as_string(x), 9), x.dtype)
        if x.dtype != tf.float16
        else x * 3
    ),
    lambda x, _: tf.reshape(tf.exp(tf.reshape(x, [-1])), tf.shape(x)),
    lambda x, r: tf.tensordot(tf.stack([x, -x], 1), _weights(r, x), [[2], [0]])[:, 1],
    lambda x, r: tf.einsum("ij,jk->ik", x, _weights(r, x)),
    lambda x, r: tf.matmul(x[:, None], _weights(r, x))[:, 0],
]

MIXING: list[Step] = [
    lambda x, _: x - tf.reduce_mean(x, 0),
    lambda x, _: x / (1 + tf.reduce_max(tf.abs(x))),
    lambda x, _: tf.nn.softmax(x, axis=0),
    lambda x, _: tf.reverse(x, [0]),
    lambda x, _: x[::-1],
    lambda x, _: tf.cumsum(x, 0),
    lambda x, _: tf.roll(x, 1, 0),
    lambda x, _: x / tf.cast(tf.shape(x)[0], x.dtype),
    lambda x, _: x * tf.cast(tf.size(x), x.dtype),
    lambda x, _: x + x[:1],
    lambda x, _: x + tf.cast(tf.range(tf.shape(x)[0]), x.dtype)[:, None],
    lambda x, _: tf.sort(x, 0),
    lambda x, _: tf.transpose(tf.math.top_k(tf.transpose(x), 1).values) + x,
    lambda x, _: tf.cast(tf.argmax(x, 0), x.dtype) + x,
    lambda x, _: tf.matmul(tf.matmul(x, x, transpose_b=True), x),
    lambda x, _: tf.gather(x, tf.zeros_like(_ids(x[:, 0], 1))),
    lambda x, _: tf.cast(tf.unique(_ids(x[:, 0], 9)).idx, x.dtype)[:, None] + x,
    lambda x, _: tf.reshape(tf.transpose(x), tf.shape(x)),
    lambda x, _: tf.gather(tf.math.unsorted_segment_sum(x, _ids(x[:, 0], 3), 3), _ids(x[:, 0], 3)),
    lambda x, _: tf.where(tf.reduce_any(x > 0), x, -x),
    lambda x, _: tf.cond(tf.reduce_max(x) > 1, lambda: x * 2, lambda: x),
    lambda x, _: tf.map_fn(lambda row: row * 2, x),
    lambda x, _: tf.nn.l2_normalize(x),
    lambda x, _: tf.concat([x, x], 0)[tf.shape(x)[0] :],
    lambda x, _: tf.tile(x, [2, 1])[: tf.shape(x)[0]],
    lambda x, _: tf.pad(x, [[1, 0], [0, 0]])[:-1],
    lambda x, _: x * tf.cast(tf.equal(tf.shape(x)[0], 1), x.dtype),
    lambda x, _: tf.squeeze(x[:, :1])[..., None] + x,
    lambda x, _: tf.where(tf.shape(x)[0] > 2, x, -x),
    lambda x, _: x + tf.strings.to_number(
        tf.strings.reduce_join(tf.strings.as_string(_ids(x[:, 0], 9)))
    )[None, None] if x.dtype == tf.float32 else x + tf.reduce_sum(x),
]  # fmt: skip


def generated(seed: int, *, mixes: bool) -> tuple[Callable[[Any], Any], str]:
    """The body of a graph of one matrix, and the type of that.

    Args:
        seed: Which graph.
        mixes: Whether one of its operations mixes the rows.
    """
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 6))
    chosen = [KEEPING[index] for index in random.integers(0, len(KEEPING), count)]
    if mixes:
        place = int(random.integers(0, count))
        chosen[place] = MIXING[int(random.integers(0, len(MIXING)))]
    weights = int(random.integers(0, 2**31))

    def body(x: Any) -> Any:
        values = np.random.default_rng(weights)
        branch = x
        for step in chosen:
            x = step(x, values)
        if values.random() < 0.3:
            x = tf.concat([x, tf.cast(branch, x.dtype)], 1)
        return x

    return body, str(random.choice(["float32", "float32", "float64", "float16"]))


def rows_of(dtype: str, columns: int, seed: int, size: int = 48) -> np.ndarray:
    """Rows of numbers: usual, negative, large, tiny, and none."""
    random = np.random.default_rng(seed)
    odd = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-40, -88.0, 89.0, 3e4, -3e4, 2.5]
    usual = random.normal(size=(size, columns)) * 3
    picked = np.where(random.random((size, columns)) < 0.08, random.choice(odd, usual.shape), usual)
    return picked.astype(dtype)
