"""One loaded SavedModel: a TensorFlow session and its signatures.

A v1 session behaves as TensorFlow Serving
does, in results, leniency about shapes and error texts, and costs half of a `tf.function` call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf
from google.protobuf.json_format import MessageToDict
from tensorflow.core.protobuf.config_pb2 import CallableOptions
from tensorflow.core.protobuf.rewriter_config_pb2 import RewriterConfig

from serve_app.errors import ERROR_BY_CODE, UnknownError
from serve_app.kinds.signature import Json, Signature, TensorSpec
from serve_app.kinds.tensorflow.row_wise import RowWiseLoader
from serve_app.kinds.tensorflow.session_run import run_session

Names: TypeAlias = tuple[str, ...]

_v1 = tf.compat.v1
_TAGS = ["serve"]
_CALLERS_THREAD = -1
_LOOPS = frozenset({"While", "StatelessWhile", "For", "NextIteration", "PyFunc", "EagerPyFunc"})
_KERNEL_TEXT = re.compile(r"Node: '[^']*'\n(?P<text>.*?)\s*\[\[\{\{node", re.DOTALL)
# The v1 loader logs a deprecation at every load, and missing Python classes of variables that
# nobody trains here.
tf.get_logger().setLevel("ERROR")


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a signature is called.

    Attributes:
        inputs: Input aliases, in the order of the arguments of `call`.
        fetches: Tensor names, in the order of what `call` returns.
        outputs: Output alias -> place in `fetches`.
        call: TensorFlow.
    """

    inputs: Names
    fetches: Names
    outputs: tuple[tuple[str, int], ...]
    call: Callable[..., list[np.ndarray]]


class SavedModel:
    """A SavedModel in memory, ready to run.

    Attributes:
        signatures: By name.
        has_loops: Whether how long a call takes may depend on the values that it is given.

    Args:
        folder: The version folder.
        threads: Threads for one operation.
        timeout_ms: Milliseconds after which a call is cancelled.
        width: Rewrites the graph for exactly that many rows, each computed as if it were alone; 0
            leaves it as it is.

    Raises:
        ServeAppError: TensorFlow cannot load the folder; the class says why.
    """

    def __init__(self, folder: Path, *, threads: int, timeout_ms: int, width: int = 0) -> None:
        self.width = width
        self._timeout_ms = timeout_ms
        self._plans: dict[tuple[str, Names, bool], _Plan] = {}
        graph = tf.Graph()
        self._session = _v1.Session(
            graph=graph, config=_session_config(threads, as_it_is=bool(width))
        )
        try:
            with graph.as_default(), _tensorflow_errors(), _loading():
                meta_graph = _load(self._session, str(folder), width)
        except BaseException:
            self._session.close()
            raise
        self.has_loops = _has_loops(meta_graph.graph_def)
        self.signatures: Mapping[str, Signature] = {
            name: _signature(name, definition)
            for name, definition in sorted(meta_graph.signature_def.items())
        }

    def run(
        self,
        signature: Signature,
        inputs: Mapping[str, np.ndarray],
        outputs: Names = (),
        *,
        in_caller: bool = False,
        timeout_ms: int | None = None,
    ) -> dict[str, np.ndarray]:
        """Computes a signature; safe in any thread.

        Args:
            signature: What is called.
            inputs: One tensor per input alias.
            outputs: The output aliases to compute; empty means all.
            in_caller: Computes in the calling thread instead of TensorFlow's pool, which saves half
                of the time of a small model; there is no timeout then.
            timeout_ms: Takes the place of the timeout of all calls, at twice the cost.

        Raises:
            ServeAppError: The model failed; code and text are TensorFlow's.
        """
        plan = self._plans.get((signature.name, outputs, in_caller))
        if plan is None:
            plan = self._plan(signature, outputs or tuple(signature.outputs), in_caller)
            self._plans[signature.name, outputs, in_caller] = plan
        try:
            if timeout_ms is None:
                values = plan.call(*[inputs[alias] for alias in plan.inputs])
            else:
                feeds = {signature.inputs[a].tensor_name: inputs[a] for a in plan.inputs}
                values = run_session(self._session, feeds, plan.fetches, timeout_ms)
        except Exception as exc:
            raise _mapped(exc) from exc
        return {alias: _array(values[index]) for alias, index in plan.outputs}

    def _plan(self, signature: Signature, outputs: Names, in_caller: bool) -> _Plan:
        # Two aliases may stand for one tensor, which is fed and fetched once.
        feeds: dict[str, str] = {}
        for alias, spec in signature.inputs.items():
            feeds.setdefault(spec.tensor_name, alias)
        fetches = tuple(dict.fromkeys(signature.outputs[alias].tensor_name for alias in outputs))
        places = {name: index for index, name in enumerate(fetches)}
        with _tensorflow_errors():
            call = self._callable(tuple(feeds), fetches, in_caller=in_caller)
        return _Plan(
            tuple(feeds.values()),
            fetches,
            tuple((alias, places[signature.outputs[alias].tensor_name]) for alias in outputs),
            call,
        )

    def close(self) -> None:
        """Gives the session's memory back; no call may be running."""
        self._plans.clear()
        self._session.close()

    def _callable(
        self, feed: Names, fetch: Names, *, in_caller: bool
    ) -> Callable[..., list[np.ndarray]]:
        options = CallableOptions(feed=feed, fetch=fetch)
        if in_caller:
            options.run_options.inter_op_thread_pool = _CALLERS_THREAD
        else:
            options.run_options.timeout_in_ms = self._timeout_ms
        # make_callable() would check the declared shapes first; TensorFlow Serving does not.
        call: Callable[..., list[np.ndarray]] = self._session._make_callable_from_options(options)  # noqa: SLF001
        return call


def _array(value: object) -> np.ndarray:
    """Returns a fetched value as an array; a scalar string comes as bare bytes."""
    if type(value) is np.ndarray:
        return value
    return np.array(value, np.object_) if isinstance(value, bytes) else np.asarray(value)


def _session_config(threads: int, *, as_it_is: bool) -> Any:  # noqa: ANN401 - a generated class
    config = _v1.ConfigProto(
        intra_op_parallelism_threads=threads,
        inter_op_parallelism_threads=threads,
        use_per_session_threads=False,
    )
    if as_it_is:
        # Or TensorFlow would make one operation of those that are the same for every row.
        config.graph_options.rewrite_options.arithmetic_optimization = RewriterConfig.OFF
    return config


def _signature(name: str, definition: Any) -> Signature:  # noqa: ANN401 - a generated class
    as_json: Json = MessageToDict(
        definition, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return Signature(
        name=name,
        method_name=definition.method_name,
        inputs=_specs(definition.inputs),
        outputs=_specs(definition.outputs),
        definition=as_json,
        text=str(definition),
        defaults={alias: tf.make_ndarray(proto) for alias, proto in definition.defaults.items()},
    )


def _specs(infos: Mapping[str, Any]) -> dict[str, TensorSpec]:
    return {alias: _spec(infos[alias]) for alias in sorted(infos)}


def _spec(info: Any) -> TensorSpec:  # noqa: ANN401 - a generated protobuf class
    # DT_INVALID: the output of an init operation is no tensor.
    dtype = _type_name(info.dtype) if info.dtype else "invalid"
    unknown = info.tensor_shape.unknown_rank
    shape = None if unknown else tuple(dim.size for dim in info.tensor_shape.dim)
    return TensorSpec(info.name, dtype, shape)


def _type_name(dtype: int) -> str:
    """Returns TensorFlow's DataTypeString: DT_FLOAT is `float`, not numpy's float32."""
    names = {"float32": "float", "float64": "double", "float16": "half"}
    name: str = tf.dtypes.as_dtype(dtype).name
    return names.get(name, name)


def _load(session: Any, folder: str, width: int) -> Any:  # noqa: ANN401 - TensorFlow has no types
    if not width:
        return _v1.saved_model.load(session, _TAGS, folder)
    return RowWiseLoader(folder, width).load(session, _TAGS)


def _has_loops(graph: Any) -> bool:  # noqa: ANN401 - a GraphDef
    functions = (function.node_def for function in graph.library.function)
    return any(node.op in _LOOPS for nodes in (graph.node, *functions) for node in nodes)


@contextmanager
def _loading() -> Iterator[None]:
    """Reduces the error of a load to the kernel's own words, as TensorFlow Serving reports it.

    Python's session adds where in the source a node was made, which for an export says nothing.
    """
    try:
        yield
    except tf.errors.OpError as exc:
        found = _KERNEL_TEXT.search(exc.message)
        if found is None:
            raise
        raise type(exc)(exc.node_def, exc.op, found["text"]) from exc


@contextmanager
def _tensorflow_errors() -> Iterator[None]:
    """Maps TensorFlow's errors to ours by their canonical code."""
    try:
        yield
    except Exception as exc:
        raise _mapped(exc) from exc


def _mapped(error: Exception) -> Exception:
    """Returns our error for one of TensorFlow's, by its canonical code; others as they are."""
    if isinstance(error, tf.errors.OpError):
        return ERROR_BY_CODE.get(error.error_code, UnknownError)(error.message)
    if isinstance(error, ValueError | TypeError | KeyError | RuntimeError | OSError):
        return UnknownError(f"{type(error).__name__}: {error}")
    return error
