"""A graph in a session, without a folder: judged, and computed alone and in company."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.config_pb2 import CallableOptions

from serve_app.kinds.tensorflow.row_wise import RowWiseGraph
from serve_app.kinds.tensorflow.session_run import executed_graph
from serve_app.kinds.tensorflow.sharing._executed_graph import BATCH, ExecutedGraph
from serve_app.kinds.tensorflow.sharing._following import follow

v1 = tf.compat.v1
WIDTH = 16


class InMemory:
    """One graph.

    Args:
        body: Builds the outputs from placeholders by name.
        inputs: Name -> type and shape without the batch.
    """

    def __init__(
        self, body: Callable[..., Any], inputs: Mapping[str, tuple[str, Sequence[int | None]]]
    ) -> None:
        self.graph = v1.Graph()
        self.session = v1.Session(graph=self.graph, config=config())
        with self.graph.as_default():
            feeds = {name: v1.placeholder(dtype, [None, *shape], name)
                     for name, (dtype, shape) in inputs.items()}  # fmt: skip
            made = body(*feeds.values())
            outputs = made if isinstance(made, dict) else {"y": made}
            self.session.run(v1.tables_initializer())
        self.feeds = {name: tensor.name for name, tensor in feeds.items()}
        self.fetches = {name: tensor.name for name, tensor in outputs.items()}
        self._fed = {tensor.name: (BATCH, *inputs[name][1]) for name, tensor in feeds.items()}
        self._sessions = [self.session]
        self._call = self._callable(self.session, self.feeds, self.fetches)

    def close(self) -> None:
        """Gives the memory back."""
        for session in self._sessions:
            session.close()

    def judge(self, rows: Mapping[str, np.ndarray]) -> Any:
        """Runs some rows and returns what is known of the graph that was executed."""
        feeds = {self.feeds[name]: array for name, array in rows.items()}
        fetches = list(dict.fromkeys(self.fetches.values()))
        graph = executed_graph(self.session, feeds, fetches, 10_000)
        self.executed = ExecutedGraph(graph)
        self.through = follow(self.executed, self._fed)
        return self.through

    def run(self, rows: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The graph as it is."""
        outputs: dict[str, np.ndarray] = self._call(rows)
        return outputs

    def copy(
        self, width: int = WIDTH
    ) -> Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]:
        """A row-wise copy; variables are not supported, tables are."""
        graph = RowWiseGraph(self.executed, self.through, width, f"copy_{width}", ())
        definition = v1.GraphDef(versions=self.executed.graph.versions, node=graph.nodes)
        session = v1.Session(graph=v1.Graph(), config=config(optimised=False))
        self._sessions.append(session)
        with session.graph.as_default():
            tf.graph_util.import_graph_def(definition, name="")
        feeds = {name: graph.feeds[tensor] for name, tensor in self.feeds.items()}
        fetches = {name: graph.fetches[tensor] for name, tensor in self.fetches.items()}
        call: Callable[[Mapping[str, np.ndarray]], Any] = self._callable(session, feeds, fetches)
        return call

    def _callable(
        self, session: Any, feeds: Any, fetches: Any
    ) -> Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]:
        names = list(dict.fromkeys(fetches.values()))
        options = CallableOptions(feed=list(feeds.values()), fetch=names)
        with session.graph.as_default():
            call = session._make_callable_from_options(options)

        def run(rows: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
            values = dict(zip(names, call(*[rows[name] for name in feeds]), strict=True))
            return {name: np.asarray(values[tensor]) for name, tensor in fetches.items()}

        return run


def config(*, optimised: bool = True) -> Any:
    """One thread, as a server with one CPU has it."""
    made = v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    made.graph_options.rewrite_options.disable_meta_optimizer = not optimised
    return made


def pick(rows: Mapping[str, np.ndarray], places: Any) -> dict[str, np.ndarray]:
    """Some of the rows."""
    return {name: array[places] for name, array in rows.items()}


def alone(
    run: Callable[..., dict[str, np.ndarray]], rows: Mapping[str, np.ndarray]
) -> list[dict[str, np.ndarray]]:
    """The answer to each row alone."""
    size = len(next(iter(rows.values())))
    return [run(pick(rows, slice(row, row + 1))) for row in range(size)]


def same_bits(one: np.ndarray, other: np.ndarray) -> bool:
    """Equal in every bit; one NaN is as good as another."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype == np.object_:
        return bool(one.tolist() == other.tolist())
    if one.tobytes() == other.tobytes():
        return True
    if one.dtype.kind != "f":
        return False
    bits = np.dtype(f"u{one.dtype.itemsize}")
    return bool(((one.view(bits) == other.view(bits)) | (np.isnan(one) & np.isnan(other))).all())
