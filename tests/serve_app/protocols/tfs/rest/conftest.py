"""Services with models of every element type, of tf.Example signatures, and with CORS."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

KINDS = ["float", "double", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
         "uint64", "bool", "string", "half", "bfloat16", "complex64", "complex128"]  # fmt: skip


@pytest.fixture(scope="session")
def kinds_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that gives back what it gets, one signature per element type, and oddities."""
    import tensorflow as tf

    module = tf.Module()
    float32, any_shape = tf.float32, tf.TensorShape(None)

    def function(body: Callable[..., Any], **dtypes: Any) -> Any:
        specs = [tf.TensorSpec(any_shape, dtype, name) for name, dtype in dtypes.items()]
        return tf.function(body).get_concrete_function(*specs)

    def slow(x: Any) -> Any:
        last = tf.while_loop(lambda i: i < 500_000_000, lambda i: i + 1, [0])[0]
        return {"y": x * tf.cast(last, float32)}

    names = {"float": "float32", "double": "float64", "half": "float16"}
    dtypes = {kind: tf.dtypes.as_dtype(names.get(kind, kind)) for kind in KINDS}
    signatures = {
        kind: function(lambda x: {"y": tf.identity(x)}, x=dtype) for kind, dtype in dtypes.items()
    }
    signatures |= {
        "to_half": function(lambda x: {"y": tf.cast(x, tf.float16)}, x=float32),
        "to_uint16": function(lambda x: {"y": tf.cast(x, tf.uint16)}, x=float32),
        "to_bfloat16": function(lambda x: {"y": tf.cast(x, tf.bfloat16)}, x=float32),
        "to_complex": function(lambda x: {"y": tf.cast(x, tf.complex64)}, x=float32),
        "to_qint8": function(lambda x: {"y": tf.bitcast(tf.cast(x, tf.int8), tf.qint8)}, x=float32),
        "to_int8": function(lambda x: {"y": tf.cast(x, tf.int8)}, x=float32),
        "three": function(lambda x: {"y": tf.concat([x, x, x], 0)}, x=float32),
        "sum": function(lambda x: {"y": tf.reduce_sum(x)}, x=float32),
        "names": function(
            lambda x: {"raw_bytes": tf.strings.as_string(x), "num_bytes": x,
                       "rawbytes": tf.strings.as_string(x)}, x=float32,
        ),
        "latin1": function(lambda x: {"y": tf.io.decode_raw(x, tf.uint8), "s": x}, x=tf.string),
        "b64": function(lambda b64: {"y": tf.identity(b64)}, b64=tf.string),
        "pair": function(lambda a, b: {"y": tf.size(a) + tf.size(b)}, a=float32, b=float32),
        "strings": function(lambda a, b: {"y": a, "z": b}, a=tf.string, b=tf.string),
        "slow": function(slow, x=float32),
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("exports") / "kinds"
    tf.saved_model.save(module, str(folder), signatures=signatures)
    return folder


@pytest.fixture(scope="session")
def odd_rest(
    tmp_path_factory: pytest.TempPathFactory,
    serve_root: Callable[..., Iterator[Any]],
    kinds_export: Path,
    examples_export: Path,
    iris_export: Path,
) -> Iterator[Any]:
    """The REST service with the models `kinds`, `examples` and `iris`; calls may take 4 s."""
    root = tmp_path_factory.mktemp("odd")
    exports = {"kinds": kinds_export, "examples": examples_export, "iris": iris_export}
    for name, export in exports.items():
        shutil.copytree(export, root / name / "1")
    yield from serve_root(root, timeout_ms=4000)


@pytest.fixture(scope="session")
def cors_rest(
    tmp_path_factory: pytest.TempPathFactory,
    serve_root: Callable[..., Iterator[Any]],
    iris_export: Path,
) -> Iterator[Any]:
    """The REST service with the model `iris` and CORS switched on."""
    root = tmp_path_factory.mktemp("cors")
    shutil.copytree(iris_export, root / "iris" / "1")
    yield from serve_root(root, cors=True)


@pytest.fixture(scope="session")
def recorded_cors_rest(
    tmp_path_factory: pytest.TempPathFactory,
    serve_root: Callable[..., Iterator[Any]],
    shared: Path,
) -> Iterator[Any]:
    """The REST service with the recorded models and CORS switched on."""
    root = tmp_path_factory.mktemp("recorded_cors")
    data = shared / "data"
    folders = {
        "iris_model/1": data / "bqml-exports" / "iris_logistic_reg",
        "types/7": data / "tf-serving-recordings" / "types" / "7",
    }
    for place, folder in folders.items():
        shutil.copytree(folder, root / place, copy_function=shutil.copyfile)
    yield from serve_root(root, cors=True)
