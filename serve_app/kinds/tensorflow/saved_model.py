"""One loaded SavedModel: a TensorFlow session and its signatures.

A v1 session behaves as TensorFlow Serving
does, in results, leniency about shapes and error texts, and costs half of a `tf.function` call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf
from google.protobuf.json_format import MessageToDict
from tensorflow.core.protobuf.config_pb2 import CallableOptions
from tensorflow.python.saved_model.loader_impl import SavedModelLoader

from foundation.json_types import Json
from serve_app.errors import ERROR_BY_CODE, UnknownError
from serve_app.kinds.signature import Signature, TensorSpec
from serve_app.kinds.tensorflow.session_run import executed_graph, run_session, tensor_output
from serve_app.kinds.tensorflow.sharing.analysis import Verdict, analyse
from serve_app.kinds.tensorflow.sharing.examples import examples_for

Names: TypeAlias = tuple[str, ...]

_v1 = tf.compat.v1
_TAGS = ["serve"]
_CALLERS_THREAD = -1
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
    """

    inputs: Names
    fetches: Names
    outputs: tuple[tuple[str, int], ...]
    call: Callable[..., list[np.ndarray]]


class SavedModel:
    """A SavedModel in memory, ready to run.

    Attributes:
        verdicts: What the graph says of each signature, by name.
        examples: tf.Examples such as the graph reads, to try it with.

    Args:
        timeout_ms: Milliseconds after which a call is cancelled.
        more_nodes: Nodes to add to the graph; nothing of it is optimised then.

    Raises:
        ServeAppError: TensorFlow cannot load the folder; the class says why.
    """

    def __init__(
        self, folder: Path, *, threads: int, timeout_ms: int, more_nodes: Sequence[Any] = ()
    ) -> None:
        self.folder = folder
        self._threads = threads
        self._timeout_ms = timeout_ms
        self._plans: dict[tuple[str, Names, bool], _Plan] = {}
        graph = tf.Graph()
        self._session = _v1.Session(
            graph=graph, config=_session_config(threads, as_it_is=bool(more_nodes))
        )
        try:
            with graph.as_default(), _tensorflow_errors(), _loading():
                meta_graph = _load(self._session, str(folder), more_nodes)
        except BaseException:
            self._session.close()
            raise
        self.examples = () if more_nodes else examples_for(meta_graph.graph_def)
        self.verdicts: Mapping[str, Verdict] = {} if more_nodes else {
            name: analyse(meta_graph, name) for name in meta_graph.signature_def
        }  # fmt: skip
        self.signatures: Mapping[str, Signature] = {
            name: _signature(name, definition)
            for name, definition in sorted(meta_graph.signature_def.items())
        }

    @property
    def node_names(self) -> frozenset[str]:
        return frozenset(operation.name for operation in self._session.graph.get_operations())

    def with_nodes(self, nodes: Sequence[Any]) -> SavedModel:
        return SavedModel(
            self.folder, threads=self._threads, timeout_ms=self._timeout_ms, more_nodes=nodes
        )

    def executed_graph(
        self, signature: Signature, inputs: Mapping[str, np.ndarray], timeout_ms: int
    ) -> Any:  # noqa: ANN401 - a GraphDef
        """Computes a signature; returns the graph that this was done with."""
        feeds = {spec.tensor_name: inputs[alias] for alias, spec in signature.inputs.items()}
        fetches = dict.fromkeys(spec.tensor_name for spec in signature.outputs.values())
        with _tensorflow_errors():
            return executed_graph(self._session, feeds, list(fetches), timeout_ms)

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

        No `outputs` means all. `in_caller` computes in the calling thread instead of TensorFlow's
        pool, which saves half of the time of a small model; there is no timeout then. A timeout of
        this call's own comes at twice the cost.

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
        for name in (*feeds, *fetches):
            tensor_output(self._session.graph, name)
        with _tensorflow_errors():
            call = self._callable(tuple(feeds), fetches, in_caller=in_caller)
        return _Plan(
            tuple(feeds.values()),
            fetches,
            tuple((alias, places[signature.outputs[alias].tensor_name]) for alias in outputs),
            call,
        )

    def close(self) -> None:
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
        # It was optimised before, and TensorFlow would make one operation of one for each row.
        config.graph_options.rewrite_options.disable_meta_optimizer = True
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


class _ExtendingLoader(SavedModelLoader):  # type: ignore[misc]  # untyped
    """Adds nodes to the graph on its way into the session."""

    def __init__(self, folder: str, more_nodes: Sequence[Any]) -> None:
        super().__init__(folder)
        self._meta_graph = super().get_meta_graph_def_from_tags(_TAGS)
        self._meta_graph.graph_def.node.extend(more_nodes)

    def get_meta_graph_def_from_tags(self, tags: list[str]) -> Any:  # noqa: ANN401, ARG002
        """Returns the extended MetaGraphDef; the loader asks several times."""
        return self._meta_graph


def _load(session: Any, folder: str, more_nodes: Sequence[Any]) -> Any:  # noqa: ANN401
    return _ExtendingLoader(folder, more_nodes).load(session, _TAGS)


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
