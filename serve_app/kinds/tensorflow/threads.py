"""Thread settings of the numeric libraries, which read them once, when they are loaded."""

from __future__ import annotations

import os


def prepare_environment(threads: int) -> None:
    """Sets what TensorFlow and its libraries read at import. Call before importing TensorFlow.

    Ray sets OMP_NUM_THREADS to 1 on its own and TensorFlow takes every core it sees; several
    replicas on one machine would fight for them.
    """
    os.environ["OMP_NUM_THREADS"] = str(threads)
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(threads)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
