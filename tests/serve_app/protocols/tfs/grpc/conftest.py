"""The gRPC services on a server of their own, and a model with a signature for each rule."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from google.protobuf.message_factory import GetMessageClass

from foundation.protos import model_service_pb2, prediction_service_pb2
from serve_app.lifecycle.manager import ServableManager
from serve_app.predictor import Admission, Executor, Predictor
from serve_app.protocols.rpc import RpcRequest
from serve_app.protocols.tfs.grpc.methods import TfsGrpc
from serve_app.protocols.tfs.grpc.servicing import Servicing
from serve_app.settings import RepositorySettings, TensorFlowSettings
from serve_app.transports.grpc.handlers import RpcHandlers

MAX_MESSAGE_BYTES = 32 * 1024 * 1024
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_SERVICES = (
    prediction_service_pb2.DESCRIPTOR.services_by_name["PredictionService"],
    model_service_pb2.DESCRIPTOR.services_by_name["ModelService"],
)
_METHODS = {method.name: method for service in _SERVICES for method in service.methods}


@dataclass(frozen=True)
class Grpc:
    """Calls a server's methods by name.

    Attributes:
        port: Where it listens.
        admission: The server's; a test can fill it up.
        predictor: The server's models.
    """

    port: int
    admission: Admission
    predictor: Predictor
    channel: grpc.Channel

    def __call__(self, method: str, timeout_s: float | None = 30, **fields: Any) -> Any:
        """Returns the response to a request with `fields`."""
        found = _METHODS[method]
        request = GetMessageClass(found.input_type)(**fields)
        response: Any = GetMessageClass(found.output_type)
        path = f"/{found.containing_service.full_name}/{method}"
        call = self.channel.unary_unary(path, None, response.FromString)
        return call(request.SerializeToString(), timeout=timeout_s)

    def predict(self, signature: str = "", model: str = "kinds", **inputs: Any) -> Any:
        """Returns the response to a Predict of arrays and lists."""
        spec = {"name": model, "signature_name": signature}
        tensors = {alias: tensor(value) for alias, value in inputs.items()}
        return self("Predict", model_spec=spec, inputs=tensors)

    def fails(self, method: str, timeout_s: float | None = 30, **fields: Any) -> tuple[str, str]:
        """Returns code and details of a call that must fail."""
        with pytest.raises(grpc.RpcError) as caught:
            self(method, timeout_s, **fields)
        return status(caught.value)


def status(error: Any) -> tuple[str, str]:
    """Returns code and details of a failed call."""
    return error.code().name, error.details()


def tensor(value: Any) -> Any:
    """Returns a TensorProto as the stock client library makes it."""
    import tensorflow as tf

    return tf.make_tensor_proto(value)


@pytest.fixture(scope="session")
def as_tensor() -> Callable[[Any], Any]:
    """`tensor`, for tests (test modules cannot import from here)."""
    return tensor


@pytest.fixture(scope="session")
def kinds_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel whose signatures double, echo, default, parse examples, or never end."""
    import tensorflow as tf

    v1 = tf.compat.v1
    folder = tmp_path_factory.mktemp("exports") / "kinds"
    with tf.Graph().as_default() as graph, v1.Session(graph=graph) as session:
        signatures = {**_tensor_signatures(), **_example_signatures()}
        builder = v1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures)
        builder.save()
    return folder


def _signature(inputs: Mapping[str, Any], outputs: Mapping[str, Any], method: str) -> Any:
    import tensorflow as tf

    info = tf.compat.v1.saved_model.build_tensor_info
    return tf.compat.v1.saved_model.build_signature_def(
        {name: info(value) for name, value in inputs.items()},
        {name: info(value) for name, value in outputs.items()},
        f"tensorflow/serving/{method}",
    )


def _tensor_signatures() -> dict[str, Any]:
    import tensorflow as tf

    def given(dtype: Any, name: str) -> Any:
        return tf.compat.v1.placeholder(dtype, None, name)

    x = given(tf.float32, "x")
    a, b = given(tf.float32, "a"), given(tf.float32, "b")
    endless = tf.while_loop(lambda i, _: i >= 0, lambda i, v: (i, v * 1.0), [0, x])[1]
    with_defaults = _signature({"a": a, "b": b}, {"sum": a + b}, "predict")
    with_defaults.defaults["b"].CopyFrom(tensor(np.array([10.0], np.float32)))
    echoes = {
        dtype: _signature({"v": v}, {"v": tf.identity(v)}, "predict")
        for dtype in ECHOED
        for v in [given(getattr(tf, dtype), f"v_{dtype}")]
    }
    constant, same = tf.constant([7], tf.int64), tf.identity(x)
    return {
        "serving_default": _signature({"x": x}, {"y": x * 2, "z": x + 1}, "predict"),
        "with_defaults": with_defaults,
        "endless": _signature({"x": x}, {"y": endless}, "predict"),
        "no_inputs": _signature({}, {"seven": constant}, "predict"),
        "twins": _signature({"x": x}, {"one": same, "two": same}, "predict"),
        "positive": _positive(x),
        **echoes,
    }  # fmt: skip


ECHOED = (
    "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "bool", "string", "float16", "bfloat16", "complex64", "complex128", "qint8", "quint8", "qint32",
)  # fmt: skip


def _positive(x: Any) -> Any:
    import tensorflow as tf

    checked = tf.debugging.Assert(tf.reduce_all(x > 0), ["é" * 2000], name="must_be_positive")
    with tf.control_dependencies([checked]):
        return _signature({"x": x}, {"y": tf.identity(x)}, "predict")


def _example_signatures() -> dict[str, Any]:
    import tensorflow as tf

    serialized = tf.compat.v1.placeholder(tf.string, [None], "examples")
    feature = tf.io.FixedLenFeature([1], tf.float32)
    x = tf.io.parse_example(serialized, {"x": feature})["x"]
    labels = tf.tile(tf.constant([["no", "yes"]]), [tf.shape(x)[0], 1])
    scores = tf.concat([1 - x, x], 1)
    inputs = {"inputs": serialized}
    return {
        "classify": _signature(inputs, {"classes": labels, "scores": scores}, "classify"),
        "scores_only": _signature(inputs, {"scores": scores}, "classify"),
        "regress": _signature(inputs, {"outputs": x * 3}, "regress"),
    }


@contextmanager
def serve_grpc(edge: TfsGrpc, admission: Admission, predictor: Predictor) -> Iterator[Grpc]:
    """Runs `edge` on a free port, on an event loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(work: Awaitable[Any]) -> Any:
        async def await_it() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(await_it(), loop).result()

    server, port = run(_start(edge))
    options = [(f"grpc.max_{way}_message_length", 2 * MAX_MESSAGE_BYTES) for way in _WAYS]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel:
        yield Grpc(port, admission, predictor, channel)
    run(server.stop(None))
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


_WAYS = ("send", "receive")


async def _start(edge: TfsGrpc) -> tuple[grpc.aio.Server, int]:
    def behaviour(method: str) -> Any:
        async def answer(request: RpcRequest, context: Any) -> bytes:
            reply = await edge.answer(method, request)
            if reply.code:
                await context.abort(_CODES[reply.code], reply.details, reply.metadata)
            return reply.body

        return answer

    options = [(f"grpc.max_{way}_message_length", 2 * MAX_MESSAGE_BYTES) for way in _WAYS]
    server = grpc.aio.server(options=options)
    server.add_generic_rpc_handlers((RpcHandlers(behaviour),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port


@pytest.fixture(scope="session")
def stub(
    tmp_path_factory: pytest.TempPathFactory,
    kinds_export: Path,
    iris_export: Path,
    mixed_export: Path,
) -> Iterator[Grpc]:
    """The services with `kinds` (versions 2 and 3), `iris`, `mixed` and `broken` (1 each)."""
    root = tmp_path_factory.mktemp("serving_dir")
    for version in ("2", "3"):
        shutil.copytree(kinds_export, root / "kinds" / version)
    shutil.copytree(iris_export, root / "iris" / "1")
    shutil.copytree(mixed_export, root / "mixed" / "1")
    (root / "broken" / "1").mkdir(parents=True)
    policy = {"kind": "all"}
    settings = RepositorySettings.model_validate(
        {"root": root, "load_retry_interval_s": 0, "max_load_retries": 0, "version_policy": policy}
    )
    manager = ServableManager(settings, TensorFlowSettings(threads=2, warmup=False))
    executor = Executor(2)
    manager.start()
    assert manager.wait_until_settled(120)
    admission, predictor = Admission(64, 3), Predictor(manager, executor)
    edge = TfsGrpc(Servicing(predictor, MAX_MESSAGE_BYTES), admission, timeout_s=30)
    with serve_grpc(edge, admission, predictor) as running:
        yield running
    manager.close()
    executor.close()


@pytest.fixture
def grpc_of() -> Iterator[Callable[..., Grpc]]:
    """Puts the services before a manager, and its reload, that a test has started."""
    with ExitStack() as stack:

        def serve(manager: ServableManager, reload: Any = None) -> Grpc:
            executor = Executor(2)
            stack.callback(executor.close)
            admission, predictor = Admission(64, 1), Predictor(manager, executor)
            servicing = Servicing(predictor, MAX_MESSAGE_BYTES, reload)
            edge = TfsGrpc(servicing, admission, timeout_s=30)
            return stack.enter_context(serve_grpc(edge, admission, predictor))

        yield serve
