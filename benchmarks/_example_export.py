"""A SavedModel of a size worth measuring, for benchmarks that are given no export."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

_ROWS, _COLUMNS = 20_000, 100


def write_example_export(folder: Path) -> None:
    """Writes a model with 8 MB of weights and some dozen operations.

    In a process of its own: what TensorFlow needs for writing must not count as serving.
    """
    process = multiprocessing.get_context("spawn").Process(target=_write, args=(folder,))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"writing the example model failed with exit code {process.exitcode}")


def _write(folder: Path) -> None:
    import tensorflow as tf

    module = tf.Module()
    module.weights = tf.Variable(tf.random.normal((_ROWS, _COLUMNS)))

    def predict(x: tf.Tensor) -> dict[str, tf.Tensor]:
        rows = tf.gather(module.weights, tf.cast(x, tf.int32) % _ROWS)
        for _ in range(10):
            rows = tf.nn.softmax(rows * 2 + 1)
        return {"scores": rows[:, :3], "best": tf.argmax(rows, 1)}

    signature = tf.function(predict).get_concrete_function(tf.TensorSpec([None], tf.float32, "x"))
    tf.saved_model.save(module, str(folder), signatures={"serving_default": signature})
