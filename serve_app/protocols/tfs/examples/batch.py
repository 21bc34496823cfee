"""The one tensor that a tf.Example signature takes: serialized Examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from serve_app.errors import InvalidArgumentError


def example_batch(examples: Sequence[bytes], context: bytes = b"") -> np.ndarray:
    """Returns the string tensor [examples] that is fed to the model.

    Concatenated protocol buffers are merged by their reader and the last value of a feature wins,
    so a context that is put in front is overridden by the example's own features.

    Args:
        examples: One serialized `tensorflow.Example` each; never parsed here.
        context: A serialized Example whose features all examples share.

    Raises:
        InvalidArgumentError: There is no example.
    """
    if not examples:
        raise InvalidArgumentError("Input is empty.")
    batch = np.empty(len(examples), np.object_)
    batch[:] = [context + example for example in examples] if context else list(examples)
    return batch
