"""Small real SavedModels, a repository of them, and the REST service on a real port."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from serve_app.hosting.fast_paths import FastPaths
from serve_app.hosting.install import protocol
from serve_app.lifecycle.manager import ServableManager
from serve_app.metrics.snapshot import Snapshot
from serve_app.predictor import Admission, CallLimits, Executor, Predictor
from serve_app.protocols.ops.metrics import MetricsPage
from serve_app.protocols.registry import http_protocols
from serve_app.protocols.tfs.rest.cors import ALLOW
from serve_app.settings import RepositorySettings, TensorFlowSettings
from serve_app.transports.http.app import HttpApp
from serve_app.transports.http.head import Heads

IRIS_COLUMNS = ("petal_length", "petal_width", "sepal_length", "sepal_width")


@dataclass(frozen=True)
class Response:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The text of the one-key error body."""
        assert list(self.json) == ["error"]
        return str(self.json["error"])


@dataclass(frozen=True)
class Rest:
    """Sends raw requests to a server, exactly as given."""

    port: int

    def request(
        self,
        method: str,
        target: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Returns the answer to one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            data = body.encode() if isinstance(body, str) else body
            connection.request(method, target, data, dict(headers or {}))
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Response(answer.status, names, answer.read())
        finally:
            connection.close()

    def get(self, target: str) -> Response:
        """Returns the answer to a GET."""
        return self.request("GET", target)

    def predict(self, model: str, document: object) -> Response:
        """Returns the answer to a predict request."""
        return self.request("POST", f"/v1/models/{model}:predict", json.dumps(document))


def serve_rest(app: HttpApp, fast_paths: FastPaths | None = None) -> Iterator[Rest]:
    """Runs `app` on a free port until the generator is closed, with the fast path or without."""
    http = protocol(fast_paths) if fast_paths else "auto"
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="on", http=http)
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Rest(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="session")
def iris_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the iris model's shape, written by the embedded engine's own writer."""
    from bqml_export.embedded.ml.saved_model.writer import (
        Coefficients,
        NumericInput,
        write_logistic_reg,
    )

    folder = tmp_path_factory.mktemp("exports") / "iris"
    coefficients = [
        Coefficients({name: [weight] for name in IRIS_COLUMNS}, intercept)
        for weight, intercept in ((0.5, -6.0), (0.1, 0.0), (-0.5, 4.0))
    ]
    inputs = [NumericInput(name) for name in IRIS_COLUMNS]
    classes = ["virginica", "versicolor", "setosa"]
    write_logistic_reg(folder, inputs, classes, coefficients, "species")
    return folder


@pytest.fixture(scope="session")
def mixed_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel with inputs and outputs of every kind, and signatures that fail."""
    import tensorflow as tf

    module = tf.Module()

    def function(body: Callable[..., Any], **inputs: Any) -> Any:
        specs = [tf.TensorSpec(shape, dtype, name) for name, (shape, dtype) in inputs.items()]
        return tf.function(body).get_concrete_function(*specs)

    def positive(x: Any) -> dict[str, Any]:
        tf.debugging.assert_positive(x)
        return {"y": tf.identity(x)}

    signatures = {
        "serving_default": function(
            lambda f, i, s, b: {"f": f, "i": i, "s": s, "b": b, "s_bytes": s},
            f=([None], tf.float32), i=([None], tf.int64),
            s=([None], tf.string), b=([None], tf.bool),
        ),
        "sum": function(lambda x: {"total": tf.reduce_sum(x, 1)}, x=([None, None], tf.float32)),
        "double": function(lambda x: {"y": x * 2}, x=([None], tf.float64)),
        "small": function(lambda x: {"y": x}, x=([None], tf.uint8)),
        "scalar": function(lambda x: {"n": tf.reduce_sum(x), "x": x}, x=([None], tf.float32)),
        "uneven": function(lambda x: {"a": x, "b": tf.concat([x, x], 0)}, x=([None], tf.float32)),
        "half": function(lambda x: {"y": tf.cast(x, tf.float16)}, x=([None], tf.float32)),
        "positive": function(positive, x=([None], tf.int32)),
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("exports") / "mixed"
    tf.saved_model.save(module, str(folder), signatures=signatures)
    return folder


@pytest.fixture(scope="session")
def examples_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that takes tf.Examples (x float, n int64, s string): good and bad signatures."""
    import tensorflow as tf

    module = tf.Module()
    features = {
        "x": tf.io.FixedLenFeature([], tf.float32, 0.0),
        "n": tf.io.FixedLenFeature([], tf.int64, 0),
        "s": tf.io.FixedLenFeature([], tf.string, ""),
    }

    def parsed(inputs: Any) -> Any:
        return tf.io.parse_example(inputs, features)

    def signature(body: Callable[..., Any], name: str = "inputs") -> Any:
        spec = tf.TensorSpec([None], tf.string, name)
        return tf.function(body).get_concrete_function(spec)

    def regress(head: Callable[[Any], Any]) -> Any:
        return signature(lambda inputs: {"outputs": head(parsed(inputs)["x"])})

    def labels(inputs: Any) -> Any:
        return tf.stack([parsed(inputs)["s"], tf.strings.as_string(parsed(inputs)["n"])], 1)

    def scores(inputs: Any) -> Any:
        return tf.stack([parsed(inputs)["x"], 1 - parsed(inputs)["x"]], 1)

    def strict(inputs: Any) -> Any:
        return tf.io.parse_example(inputs, {"x": tf.io.FixedLenFeature([], tf.float32)})["x"]

    def classify(**heads: Callable[[Any], Any]) -> Any:
        return signature(lambda inputs: {name: head(inputs) for name, head in heads.items()})

    signatures = {
        "serving_default": regress(lambda x: x * 2),
        "regress_column": regress(lambda x: x[:, None]),
        "regress_matrix": regress(lambda x: tf.stack([x, x], 1)),
        "regress_scalar": regress(tf.reduce_sum),
        "regress_double": regress(lambda x: tf.cast(x, tf.float64)),
        "regress_twice": regress(lambda x: tf.concat([x, x], 0)),
        "regress_strict": classify(outputs=strict),
        "regress_other": classify(y=lambda inputs: parsed(inputs)["x"]),
        "classify": classify(classes=labels, scores=scores),
        "classes": classify(classes=labels),
        "scores": classify(scores=scores, other=lambda inputs: parsed(inputs)["n"]),
        "scores_flat": classify(scores=lambda inputs: parsed(inputs)["x"]),
        "scores_double": classify(scores=lambda inputs: tf.cast(scores(inputs), tf.float64)),
        "scores_twice": classify(scores=lambda inputs: tf.tile(scores(inputs), [2, 1])),
        "classes_float": classify(classes=scores),
        "uneven": classify(classes=labels, scores=lambda inputs: scores(inputs)[:, :1]),
        "three": classify(a=scores, b=scores, c=scores),
        "neither": classify(a=scores, b=scores),
        "named": signature(lambda examples: {"outputs": parsed(examples)["x"]}, "examples"),
        "not_string": tf.function(lambda inputs: {"outputs": inputs}).get_concrete_function(
            tf.TensorSpec([None], tf.float32, "inputs")
        ),
    }
    folder = tmp_path_factory.mktemp("exports") / "examples"
    tf.saved_model.save(module, str(folder), signatures=signatures)
    return folder


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., Path]:
    """Copies an export to `<root>/<model>/<version>`, complete at once, and returns the root."""

    def copy(export: Path, model: str = "iris", version: int = 1) -> Path:
        root = tmp_path / "serving_dir"
        (root / model).mkdir(parents=True, exist_ok=True)
        incoming = root / model / f".incoming-{version}"
        shutil.copytree(export, incoming, copy_function=shutil.copyfile)
        incoming.rename(root / model / str(version))
        return root

    return copy


@pytest.fixture
def manage() -> Iterator[Callable[..., ServableManager]]:
    """Starts managers that look at the disk often and retry at once; closes them at the end."""
    managers: list[ServableManager] = []

    def start(root: Path, share_calls: Any = "exact", **changes: Any) -> ServableManager:
        fast = {"poll_wait_s": 0.05, "load_retry_interval_s": 0, "max_load_retries": 1}
        settings = RepositorySettings.model_validate({"root": root, **fast, **changes})
        tensorflow = TensorFlowSettings(threads=1, share_calls=share_calls)
        manager = ServableManager(settings, tensorflow)
        managers.append(manager)
        manager.start()
        assert manager.wait_until_settled(60)
        return manager

    yield start
    for manager in managers:
        manager.close()


_WAYS = ("asgi", "fast path")
"""Requests meet the ASGI application first, or the fast path in front of it."""


@pytest.fixture(scope="session", params=_WAYS)
def rest(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    iris_export: Path,
    mixed_export: Path,
) -> Iterator[Rest]:
    """The REST service with the models `iris` (version 3) and `mixed` (version 1)."""
    root = tmp_path_factory.mktemp("serving_dir")
    shutil.copytree(iris_export, root / "iris" / "3")
    shutil.copytree(mixed_export, root / "mixed" / "1")
    (root / "iris" / "3" / "bqml.json").write_text('{"model_type": "LOGISTIC_REGRESSION"}')
    yield from _service(root, fast_path=request.param == "fast path")


@pytest.fixture(scope="session", params=_WAYS)
def real_rest(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, real_exports: Path
) -> Iterator[Rest]:
    """The REST service with every real export, served or refused, as version 1 of its own model."""
    root = tmp_path_factory.mktemp("real")
    for export in real_exports.iterdir():
        shutil.copytree(export, root / export.name / "1", copy_function=shutil.copyfile)
    types = real_exports.parent / "tf-serving-recordings" / "types" / "7"
    shutil.copytree(types, root / "types" / "7", copy_function=shutil.copyfile)
    (root / "iris_model").symlink_to(root / "iris_logistic_reg")
    # The recordings are of a server without metrics.
    yield from _service(root, metrics=False, fast_path=request.param == "fast path")


@pytest.fixture(scope="session")
def serve_root() -> Callable[..., Iterator[Rest]]:
    """`_service`, for fixtures of other folders."""
    return _service


def _service(
    root: Path,
    *,
    metrics: bool = True,
    cors: bool = False,
    timeout_ms: int = 30_000,
    fast_path: bool = False,
) -> Iterator[Rest]:
    settings = RepositorySettings(root=root, load_retry_interval_s=0, max_load_retries=0)
    tensorflow = TensorFlowSettings(threads=1, request_timeout_ms=timeout_ms)
    manager = ServableManager(settings, tensorflow)
    executor = Executor(2)
    manager.start()
    assert manager.wait_until_settled(120)
    limits = CallLimits(timeout_s=timeout_ms / 1000)
    predictor = Predictor(manager, executor, limits=limits)

    async def own_metrics() -> Snapshot:
        return predictor.recorder.snapshot()

    page = MetricsPage("/monitoring/prometheus/metrics", own_metrics)
    admission = Admission(64, 1)
    protocols = http_protocols(predictor, admission, page if metrics else None, cors=cors)
    app = HttpApp(protocols, 10_000_000)
    fast_paths = FastPaths(
        predictor, admission, Heads(protocols, 10_000_000), ALLOW if cors else ()
    )
    try:
        yield from serve_rest(app, fast_paths if fast_path else None)
    finally:
        manager.close()
        executor.close()


@pytest.fixture
def rest_of() -> Iterator[Callable[[ServableManager], Rest]]:
    """Puts the REST service before a manager that a test has started."""
    with ExitStack() as stack:

        def serve(manager: ServableManager) -> Rest:
            executor = Executor(2)
            stack.callback(executor.close)
            app = HttpApp(
                http_protocols(Predictor(manager, executor), Admission(64, 1)), 10_000_000
            )
            return stack.enter_context(contextmanager(serve_rest)(app))

        yield serve
