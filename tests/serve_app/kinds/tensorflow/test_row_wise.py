"""Graphs that compute each row as if it were alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serve_app.kinds.tensorflow.saved_model import SavedModel
from serve_app.kinds.tensorflow.sharing._samples import plain_rows
from serve_app.kinds.tensorflow.sharing.trial import learn_sharing


def save(folder: Path, body: Callable[[Any], dict[str, Any]], dtype: str, width: int) -> Path:
    """A model of one matrix input, as BigQuery ML writes graphs: flat, without functions."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with v1.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(dtype, [None, width], "x")
        outputs = body(x)
        session.run(v1.global_variables_initializer())
        info = v1.saved_model.utils.build_tensor_info
        signature = v1.saved_model.build_signature_def(
            {"x": info(x)},
            {name: info(tensor) for name, tensor in outputs.items()},
            "tensorflow/serving/predict",
        )
        builder = v1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(session, ["serve"], {"serving_default": signature})
        builder.save()
    return folder


def row_of(rows: Any, row: int) -> dict[str, np.ndarray]:
    """One row, as a batch of one."""
    return {alias: array[row : row + 1] for alias, array in rows.items()}


def layers(dtype: str, inner: int, classes: int) -> Callable[[Any], dict[str, Any]]:
    """Matrix products and all functions that have a vector form of their own."""
    import tensorflow as tf

    def body(x: Any) -> dict[str, Any]:
        random = np.random.default_rng(3)
        first = tf.compat.v1.Variable(random.normal(size=(x.shape[1], inner)).astype(dtype))
        second = tf.compat.v1.Variable(random.normal(size=(classes, inner)).astype(dtype))
        hidden = tf.tanh(tf.matmul(x, first))
        logits = tf.matmul(hidden, second, transpose_b=True)
        return {
            "softmax": tf.nn.softmax(logits),
            "sigmoid": tf.sigmoid(logits),
            "exp": tf.exp(logits),
            "row": tf.reduce_sum(logits, axis=1),
        }

    return body


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("width", "inner", "classes"), [(4, 3, 3), (7, 1, 1), (40, 5, 2), (700, 3, 2)]
)
def test_a_row_in_company_has_the_bits_of_the_row_alone(
    tmp_path: Path, dtype: str, width: int, inner: int, classes: int
) -> None:
    """In every place, and with any number of neighbours."""
    folder = save(tmp_path / "model", layers(dtype, inner, classes), dtype, width)
    model = SavedModel(folder, threads=1, timeout_ms=30_000)
    _, copies = learn_sharing(model, "exact", {})
    signature = model.signatures["serving_default"]
    random = np.random.default_rng(5)
    rows = {"x": (random.normal(size=(64, width)) * 3).astype(dtype)}
    alone = [model.run(signature, row_of(rows, row)) for row in range(64)]
    for size in (2, 3, 4, 5, 16, 17, 63, 64):
        chosen = random.permutation(64)[:size]
        outputs = copies.run(signature, {"x": rows["x"][chosen]}, size)
        for alias, array in outputs.items():
            expected = np.concatenate([alone[row][alias] for row in chosen])
            assert array.tobytes() == expected.tobytes(), (alias, size)
    copies.close()
    model.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_cannot_be_proven_is_not_shared(tmp_path: Path) -> None:
    """A cumulative product along the rows looks as if it had a row for each row."""
    import tensorflow as tf

    def body(x: Any) -> dict[str, Any]:
        return {"y": tf.math.cumprod(tf.nn.softmax(x), axis=0)}

    folder = save(tmp_path / "model", body, "float64", 4)
    model = SavedModel(folder, threads=1, timeout_ms=30_000)
    traits, copies = learn_sharing(model, "exact", {})
    known = traits["serving_default"]
    assert (known.shared_rows, known.row_width) == (0, 0)
    copies.close()
    model.close()


@pytest.mark.parametrize(
    "name",
    ["iris_logistic_reg", "tip_linear_reg", "tip_linear_reg_float32", "linear_reg_transform",
     "dnn_classifier_multiclass_transform"],
)  # fmt: skip
def test_every_real_export_is_shared_one_way_or_the_other(real_exports: Path, name: str) -> None:
    """And what was learnt at load holds for other rows, in company of any size."""
    folder = real_exports / name
    model = SavedModel(folder, threads=1, timeout_ms=30_000)
    traits, copies = learn_sharing(model, "exact", {})
    for signature in model.signatures.values():
        if not signature.method_name:
            continue
        known = traits[signature.name]
        assert known.shared_rows or known.row_width, signature.name
        rows = plain_rows(signature)
        assert rows is not None
        random = np.random.default_rng(11)
        for size in (2, 5, 31, 64):
            chosen = random.integers(0, 32, size)
            picked = {alias: array[chosen] for alias, array in rows.items()}
            together = (
                model.run(signature, picked)
                if known.shared_rows
                else copies.run(signature, picked, size)
            )
            for row in range(size):
                alone = model.run(signature, row_of(picked, row))
                for alias, array in alone.items():
                    mine = together[alias][row : row + 1]
                    assert mine.shape == array.shape
                    assert mine.tolist() == array.tolist(), (signature.name, alias, size)
    copies.close()
    model.close()


def test_sharing_can_be_switched_off_or_forced(real_exports: Path) -> None:
    """`off` shares nothing, `always` asks for no proof."""
    folder = real_exports / "iris_logistic_reg"
    model = SavedModel(folder, threads=1, timeout_ms=30_000)
    off, _ = learn_sharing(model, "off", {})
    always, _ = learn_sharing(model, "always", {})
    assert (off["serving_default"].shared_rows, off["serving_default"].row_width) == (0, 0)
    assert always["serving_default"].shared_rows > 1024
    model.close()


def test_a_model_of_no_rows_is_not_shared(mixed_export: Path) -> None:
    """A sum over the batch, an output of twice the rows, a loop."""
    model = SavedModel(mixed_export, threads=1, timeout_ms=30_000)
    traits, copies = learn_sharing(model, "exact", {})
    assert {name for name, known in traits.items() if known.shared_rows} == {
        "serving_default", "double", "small", "half", "positive",
    }  # fmt: skip
    assert traits["sum"].row_width == 64
    assert not traits["scalar"].row_width
    assert not traits["uneven"].row_width
    copies.close()
    model.close()
