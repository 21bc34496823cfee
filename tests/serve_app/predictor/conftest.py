"""One thread, and a model that counts its runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serve_app.predictor import Executor


@pytest.fixture
def executor() -> Iterator[Executor]:
    """One thread."""
    made = Executor(1)
    yield made
    made.close()


@pytest.fixture(scope="session")
def counting_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that answers how often it has run; 666 is refused, 667 does not end."""
    import tensorflow as tf

    class Counter(tf.Module):  # type: ignore[misc]  # untyped
        def __init__(self) -> None:
            self.runs = tf.Variable(0, dtype=tf.int64)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.int64, name="x")])  # type: ignore[untyped-decorator]
        def count(self, x: Any) -> Any:
            runs = self.runs.assign_add(1)
            with tf.control_dependencies([runs]):
                allowed = tf.debugging.assert_none_equal(x, tf.constant(666, tf.int64))
            with tf.control_dependencies([allowed]):
                bad = tf.reduce_any(tf.equal(x, 667))
                last = tf.while_loop(
                    lambda i: tf.logical_and(bad, i >= 0), tf.abs, [tf.constant(0)]
                )[0]
            with tf.control_dependencies([last]):
                return {"runs": tf.fill(tf.shape(x), tf.identity(runs))}

    folder = tmp_path_factory.mktemp("exports") / "counting"
    module = Counter()
    tf.saved_model.save(module, str(folder), signatures=module.count)
    return folder
