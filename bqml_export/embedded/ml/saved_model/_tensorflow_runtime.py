"""TensorFlow, imported quietly. The embedded engine imports it from here and nowhere else.

Its C++ part writes two lines about log levels and oneDNN straight to file descriptor 2, before any
log level counts.
"""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import contextmanager

# Read once, when TensorFlow's C++ part loads; a user's own setting wins.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


from collections.abc import Iterator

_GREETING = (b"All log messages before absl::InitializeLog", b"oneDNN custom operations are on")
_STDERR = 2


@contextmanager
def _without_greeting() -> Iterator[None]:
    """Delays what is written to stderr until the end, and drops the greeting from it."""
    terminal = os.dup(_STDERR)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(terminal, _STDERR)
            os.close(terminal)
            held.seek(0)
            lines = (line for line in held if not any(text in line for text in _GREETING))
            os.write(_STDERR, b"".join(lines))


with _without_greeting():
    import tensorflow as tf
    from tensorflow.core.protobuf import saved_model_pb2

    # TensorFlow 2 writes fingerprint.pb itself; its TF1 builder, which makes BigQuery's graphs,
    # does not, and there is no public call for it. TensorFlow is pinned.
    from tensorflow.python.saved_model import fingerprinting_utils

__all__ = ["fingerprinting_utils", "quiet", "saved_model_pb2", "tf"]


@contextmanager
def quiet() -> Iterator[None]:
    """Holds back TensorFlow's deprecation notices, which no user of ours can act on.

    BigQuery's graphs are made of TF1 feature columns; the same graph needs the same old calls.
    """
    logger: logging.Logger = tf.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
