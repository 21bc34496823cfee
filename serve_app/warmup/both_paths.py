"""Runs a model the ways that requests do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from serve_app.kinds.tensorflow.saved_model import SavedModel


def run_both_paths(
    servable: SavedModel,
    feeds: Mapping[str, np.ndarray],
    fetches: Sequence[str],
    timeout_ms: int = 30_000,
) -> list[np.ndarray]:
    """Returns the tensors `fetches`, after the model has computed them twice.

    Requests without a deadline (REST) and with one (gRPC) reach TensorFlow by two ways, and it
    prepares the graph for each of them at the first call: both are warm after this.

    Args:
        servable: The version.
        feeds: Tensor name -> tensor.
        fetches: Tensor names.
        timeout_ms: For the first of the two calls; the second has the timeout of all calls.

    Raises:
        ServeAppError: The model failed, or took too long.
    """
    values = servable.run_tensors(feeds, fetches, timeout_ms=timeout_ms)
    servable.run_tensors(feeds, fetches)
    return values
