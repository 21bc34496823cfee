"""A SavedModel with predict, classify and regress signatures, and warmup files for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from serve_app.kinds.servable import LoadOptions
from serve_app.kinds.tensorflow.servable import TensorFlowServable


@pytest.fixture(scope="session")
def examples_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export that reads tf.Examples in two signatures and plain tensors in a third."""
    import tensorflow as tf

    def feature(inputs: Any) -> Any:
        return tf.io.parse_example(inputs, {"x": tf.io.FixedLenFeature([1], tf.float32)})["x"]

    def classify(inputs: Any) -> dict[str, Any]:
        return {"scores": tf.concat([feature(inputs), 1 - feature(inputs)], 1)}

    def regress(inputs: Any) -> dict[str, Any]:
        return {"outputs": feature(inputs) * 2}

    def predict(x: Any) -> dict[str, Any]:
        tf.debugging.assert_positive(x, "x must be positive")
        return {"y": x * 2, "z": x * 3}

    serialized, number = tf.TensorSpec([None], tf.string), tf.TensorSpec([None], tf.float32)
    bodies = {
        "serving_default": (predict, number),
        "classify": (classify, serialized),
        "regress": (regress, serialized),
    }
    concrete = {
        name: tf.function(body).get_concrete_function(spec) for name, (body, spec) in bodies.items()
    }
    folder = tmp_path_factory.mktemp("exports") / "examples"
    tf.saved_model.save(tf.Module(), str(folder), signatures=concrete)
    return folder


@pytest.fixture
def servable(examples_export: Path) -> Iterator[TensorFlowServable]:
    """The export, loaded."""
    model = TensorFlowServable(examples_export, LoadOptions(timeout_ms=10_000))
    yield model
    model.close()


@pytest.fixture(scope="session")
def log() -> Callable[..., Any]:
    """Builds one PredictionLog."""
    import tensorflow as tf

    from foundation.protos.prediction_log_pb2 import PredictionLog

    def predict(request: Any, values: Iterable[float]) -> None:
        request.inputs["x"].CopyFrom(tf.make_tensor_proto(list(values), tf.float32))

    def example(request: Any, values: Iterable[float]) -> None:
        for value in values:
            features = request.input.example_list.examples.add().features
            features.feature["x"].float_list.value.append(value)

    def build(kind: str, values: Iterable[float] = (1.0,), signature: str = "") -> Any:
        built = PredictionLog()
        request = getattr(built, kind).request
        (predict if kind == "predict_log" else example)(request, values)
        if kind == "multi_inference_log":
            for name in ("classify", "regress"):
                task = request.tasks.add(method_name=f"tensorflow/serving/{name}")
                task.model_spec.name, task.model_spec.signature_name = "any", name
        else:
            request.model_spec.name = "another model"
            request.model_spec.signature_name = signature
        return built

    return build


@pytest.fixture(scope="session")
def write_warmup() -> Callable[[Path, Iterable[Any]], Path]:
    """Writes records, messages or bytes, as the warmup file of a version folder."""
    import tensorflow as tf

    def write(folder: Path, records: Iterable[Any]) -> Path:
        path = folder / "assets.extra" / "tf_serving_warmup_requests"
        path.parent.mkdir(parents=True)
        with tf.io.TFRecordWriter(str(path)) as writer:
            for record in records:
                data = record if isinstance(record, bytes) else record.SerializeToString()
                writer.write(data)
        return path

    return write
