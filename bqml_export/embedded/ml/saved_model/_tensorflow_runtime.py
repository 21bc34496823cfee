"""TensorFlow, imported quietly. The embedded engine imports it from here and nowhere else."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager

# Read once, when TensorFlow's C++ part loads; a user's own setting wins.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from typing import TYPE_CHECKING

from bqml_export.embedded.ml.saved_model._tensorflow_greeting import without_greeting

with without_greeting():
    import tensorflow as tf
    from tensorflow.core.protobuf import saved_model_pb2

    # TensorFlow 2 writes fingerprint.pb itself; its TF1 builder, which makes BigQuery's graphs,
    # does not, and there is no public call for it. TensorFlow is pinned.
    from tensorflow.python.saved_model import fingerprinting_utils

if TYPE_CHECKING:
    from collections.abc import Iterator

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
