"""The tf.Examples of one request: what classify, regress and multi-inference take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from serve_app.errors import InvalidArgumentError


@dataclass(frozen=True, slots=True)
class Examples:
    """Serialized examples; never parsed here.

    Attributes:
        examples: One serialized `tensorflow.Example` each.
        context: A serialized Example whose features all share; empty where there is none.
    """

    examples: Sequence[bytes]
    context: bytes = b""

    def batch(self) -> np.ndarray:
        """Returns the string tensor [examples] that is fed to the model.

        Concatenated protocol buffers are merged by their reader and the last value of a feature
        wins, so a context that is put in front is overridden by the example's own features.

        Raises:
            InvalidArgumentError: There is no example.
        """
        if not self.examples:
            raise InvalidArgumentError("Input is empty.")
        batch = np.empty(len(self.examples), np.object_)
        batch[:] = (
            [self.context + each for each in self.examples] if self.context else self.examples
        )
        return batch
