"""Writes the models that the cases need, with TensorFlow's public API alone.

`kit` (version 7) has a signature for each rule; `kit_iris` (version 3) the shape of a BigQuery ML
LOGISTIC_REG export: float64 inputs [-1], and label, labels and probabilities as outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

KIT = ("kit", 7)
IRIS = ("kit_iris", 3)
IRIS_INPUTS = ("petal_length", "petal_width", "sepal_length", "sepal_width")


def write_models(root: Path) -> None:
    """Writes both models below `root` as `<model>/<version>`; what is there already stays."""
    for (name, version), signatures in ((KIT, _kit), (IRIS, _iris)):
        folder = root / name / str(version)
        if not folder.exists():
            _save(folder, signatures())


def _save(folder: Path, signatures: Mapping[str, Any]) -> None:
    import tensorflow as tf

    module = tf.Module()
    module.constants = [tf.Variable(0.0)]  # TensorFlow warns of a model without variables
    incoming = folder.with_name(f".{folder.name}")
    tf.saved_model.save(module, str(incoming), signatures=dict(signatures))
    incoming.rename(folder)


def _signature(body: Callable[..., Any], **inputs: tuple[list[int | None], str]) -> Any:
    import tensorflow as tf

    specs = [
        tf.TensorSpec(shape, getattr(tf, dtype), name) for name, (shape, dtype) in inputs.items()
    ]
    return tf.function(body).get_concrete_function(*specs)


def _kit() -> dict[str, Any]:
    import tensorflow as tf

    one: list[int | None] = [None]

    def positive(x: Any) -> dict[str, Any]:
        tf.debugging.assert_positive(x, "x must be positive")
        return {"y": tf.identity(x)}

    return {
        "serving_default": _signature(
            lambda f, i, s, b: {"f": f, "i": i, "s": s, "b": b, "s_bytes": s},
            f=(one, "float32"), i=(one, "int64"), s=(one, "string"), b=(one, "bool"),
        ),
        "sum": _signature(
            lambda x: {"total": tf.reduce_sum(x, 1)}, x=([None, None], "float32")
        ),
        "scalar": _signature(
            lambda x: {"n": tf.reduce_sum(x), "x": tf.identity(x)}, x=(one, "float32")
        ),
        "uneven": _signature(
            lambda x: {"a": tf.identity(x), "b": tf.concat([x, x], 0)}, x=(one, "float32")
        ),
        "half": _signature(lambda x: {"y": tf.cast(x, tf.float16)}, x=(one, "float32")),
        "positive": _signature(positive, x=(one, "int32")),
        "raw_bytes": _signature(lambda s: {"out_bytes": tf.identity(s)}, s=(one, "string")),
        **{dtype: _echo(dtype) for dtype in _ECHOED},
        **_example_signatures(),
    }  # fmt: skip


_ECHOED = ("float32", "float64", "int32", "int64", "int8", "uint8", "uint32", "bool", "string")


def _echo(dtype: str) -> Any:
    import tensorflow as tf

    return _signature(lambda x: {"y": tf.identity(x)}, x=([None], dtype))


def _example_signatures() -> dict[str, Any]:
    import tensorflow as tf

    def feature(inputs: Any) -> Any:
        return tf.io.parse_example(inputs, {"x": tf.io.FixedLenFeature([1], tf.float32)})["x"]

    def classify(inputs: Any) -> dict[str, Any]:
        x = feature(inputs)
        labels = tf.tile(tf.constant([["no", "yes"]]), [tf.shape(x)[0], 1])
        return {"classes": labels, "scores": tf.concat([1 - x, x], 1)}

    serialized: tuple[list[int | None], str] = ([None], "string")
    return {
        "classify": _signature(classify, inputs=serialized),
        "regress": _signature(lambda inputs: {"outputs": feature(inputs) * 3}, inputs=serialized),
    }


def _iris() -> dict[str, Any]:
    import tensorflow as tf

    def predict(**columns: Any) -> dict[str, Any]:
        length = columns["petal_length"]
        zeros = sum(column * 0 for column in columns.values())
        scores = tf.stack([length - 5 + zeros, zeros, 2.5 - length], 1)
        labels = tf.constant(["virginica", "versicolor", "setosa"])
        best = tf.gather(labels, tf.argmax(scores, 1))
        return {
            "predicted_species": best[:, None],
            "species_probs": tf.nn.softmax(scores),
            "species_values": tf.tile(labels[None], [tf.shape(length)[0], 1]),
        }

    specs = {name: tf.TensorSpec([None], tf.float64, name) for name in IRIS_INPUTS}
    return {"serving_default": tf.function(predict).get_concrete_function(**specs)}
