"""Runs a session with a timeout of one call's own.

A callable, the faster way, has its timeout for life; TensorFlow Serving runs gRPC requests like
this too, which shows in the words of its errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tensorflow.core.protobuf.config_pb2 import RunMetadata, RunOptions
from tensorflow.python.client import pywrap_tf_session

from serve_app.errors import InvalidArgumentError


def run_session(
    session: Any,  # noqa: ANN401 - TensorFlow has no types
    feeds: Mapping[str, np.ndarray],
    fetches: Sequence[str],
    timeout_ms: int,
) -> list[Any]:
    """Returns the values of `fetches`.

    Not `Session.run`: it would check the declared shapes first, which TensorFlow Serving does not.

    Raises:
        InvalidArgumentError: A name is no tensor, as in the signature of an init operation.
        tensorflow.errors.OpError: The call failed; DeadlineExceededError after `timeout_ms`.
    """
    return _run(session, feeds, fetches, timeout_ms, None)


def executed_graph(
    session: Any,  # noqa: ANN401
    feeds: Mapping[str, np.ndarray],
    fetches: Sequence[str],
    timeout_ms: int,
) -> Any:  # noqa: ANN401 - a GraphDef
    """Returns the graph with which a session computes `fetches`; errors as above.

    It is the one that all later calls with these feeds and fetches are computed with: optimised,
    without functions, choices of constants made.
    """
    buffer = pywrap_tf_session.TF_NewBuffer()
    try:
        _run(session, feeds, fetches, timeout_ms, buffer)
        metadata = RunMetadata.FromString(pywrap_tf_session.TF_GetBuffer(buffer))
    finally:
        pywrap_tf_session.TF_DeleteBuffer(buffer)
    (graph,) = metadata.partition_graphs  # there is one device
    return graph


def _run(
    session: Any,  # noqa: ANN401
    feeds: Mapping[str, np.ndarray],
    fetches: Sequence[str],
    timeout_ms: int,
    metadata: Any,  # noqa: ANN401
) -> list[Any]:
    by_tensor = {tensor_output(session.graph, name): value for name, value in feeds.items()}
    wanted = [tensor_output(session.graph, name) for name in fetches]
    run_options = RunOptions(timeout_in_ms=timeout_ms, output_partition_graphs=metadata is not None)
    options = pywrap_tf_session.TF_NewBufferFromString(run_options.SerializeToString())
    try:
        values: list[Any] = session._call_tf_sessionrun(  # noqa: SLF001
            options, by_tensor, wanted, [], metadata
        )
    finally:
        pywrap_tf_session.TF_DeleteBuffer(options)
    return values


def tensor_output(graph: Any, name: str) -> Any:  # noqa: ANN401 - as above
    """Raises InvalidArgumentError where the name is no tensor, as of an init operation."""
    try:
        return graph.get_tensor_by_name(name)._as_tf_output()  # noqa: SLF001
    except (KeyError, ValueError) as exc:
        raise InvalidArgumentError(
            f"Tensor {name}, specified in either feed_devices or fetch_devices was not found in "
            "the Graph"
        ) from exc
