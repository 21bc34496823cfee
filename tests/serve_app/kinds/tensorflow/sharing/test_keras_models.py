"""Exports of Keras: what shares calls keeps every bit, what depends on the batch does not share."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serve_app.kinds.tensorflow.saved_model import SavedModel
from serve_app.kinds.tensorflow.sharing._samples import plain_rows
from serve_app.kinds.tensorflow.sharing.trial import learn_sharing
from tests.serve_app.kinds.tensorflow.sharing.in_memory import pick, same_bits

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


def model(
    *layers: Callable[[Any], Any], shape: tuple[int, ...] = (7,), dtype: str = "float32"
) -> Any:
    """A model of layers, each made from Keras's module of layers."""
    import keras

    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [keras.Input(shape, dtype=dtype), *[layer(keras.layers) for layer in layers]]
    )


WORDS = ["a", "b", "c"]

SHARED: dict[str, Callable[[], Any]] = {
    "relu": lambda: model(lambda k: k.Dense(16, activation="relu"), lambda k: k.Dense(3)),
    "gelu, elu, selu, swish, sigmoid": lambda: model(
        lambda k: k.Dense(16, activation="gelu"), lambda k: k.Dense(16, activation="elu"),
        lambda k: k.Dense(8, activation="selu"), lambda k: k.Dense(8, activation="swish"),
        lambda k: k.Dense(3, activation="sigmoid"),
    ),
    "float64": lambda: model(
        lambda k: k.Dense(16, activation="sigmoid", dtype="float64"),
        lambda k: k.Dense(8, activation="elu", dtype="float64"),
        lambda k: k.Dense(3, activation="gelu", dtype="float64"), dtype="float64",
    ),
    "normalizations": lambda: model(
        lambda k: k.Normalization(mean=[1.0] * 7, variance=[2.0] * 7), lambda k: k.Dense(16),
        lambda k: k.BatchNormalization(), lambda k: k.LayerNormalization(),
        lambda k: k.Dropout(0.5), lambda k: k.Dense(3, activation="softmax"),
    ),
    "words": lambda: model(
        lambda k: k.StringLookup(vocabulary=WORDS), lambda k: k.Embedding(5, 8),
        lambda k: k.Flatten(), lambda k: k.Dense(3), shape=(2,), dtype="string",
    ),
    "buckets": lambda: model(
        lambda k: k.Discretization(bin_boundaries=[0.0, 1.0, 2.0]),
        lambda k: k.CategoryEncoding(4, output_mode="one_hot"), lambda k: k.Dense(2), shape=(1,),
    ),
    "hashes": lambda: model(
        lambda k: k.Hashing(10), lambda k: k.Embedding(10, 4), lambda k: k.Flatten(),
        shape=(1,), dtype="string",
    ),
    "convolutions": lambda: model(
        lambda k: k.Conv1D(4, 3, activation="relu"), lambda k: k.GlobalMaxPooling1D(),
        lambda k: k.Dense(2), shape=(10, 3),
    ),
    "images": lambda: model(
        lambda k: k.Conv2D(4, 3, activation="relu"), lambda k: k.BatchNormalization(),
        lambda k: k.MaxPooling2D(), lambda k: k.Flatten(), lambda k: k.Dense(2), shape=(8, 8, 3),
    ),
    "a layer at each step": lambda: model(
        lambda k: k.Dense(4, activation="tanh"), lambda k: k.GlobalAveragePooling1D(), shape=(5, 3)
    ),
}  # fmt: skip

REFUSED: dict[str, tuple[str, Callable[[], Any]]] = {
    "texts, padded": (
        "StringSplitV2",
        lambda: model(lambda k: k.TextVectorization(vocabulary=WORDS), shape=(), dtype="string"),
    ),
    "texts, counted": (
        "StringSplitV2",
        lambda: model(
            lambda k: k.TextVectorization(vocabulary=WORDS, output_mode="multi_hot"),
            shape=(), dtype="string",
        ),
    ),
    "categories, counted to the largest": (
        "Max|Min",
        lambda: model(
            lambda k: k.CategoryEncoding(5, output_mode="multi_hot"), shape=(3,), dtype="int32"
        ),
    ),
    "a loop over steps": ("While|TensorList", lambda: model(lambda k: k.LSTM(4), shape=(5, 3))),
}  # fmt: skip


@pytest.fixture
def exported(tmp_path: Path) -> Callable[[Any], SavedModel]:
    """Exports a model as Keras does, and loads it."""

    def load(made: Any) -> SavedModel:
        made.export(str(tmp_path / "model"), verbose=False)
        return SavedModel(tmp_path / "model", threads=1, timeout_ms=30_000)

    return load


@pytest.mark.parametrize("name", SHARED)
def test_a_row_in_company_has_the_bits_of_the_row_alone(name: str, exported: Any) -> None:
    """In every place, and with any number of neighbours."""
    loaded = exported(SHARED[name]())
    traits, copies = learn_sharing(loaded, "exact", {})
    known, signature = traits["serving_default"], loaded.signatures["serving_default"]
    assert known.shared_rows or known.row_width == 64, known.reason
    plain = plain_rows(signature)
    assert plain is not None
    rows = pick(plain, np.random.default_rng(3).permutation(32))
    alone = [loaded.run(signature, pick(rows, slice(row, row + 1))) for row in range(32)]
    for size in (2, 3, 7, 16, 31, 64):
        places = (np.arange(size) * 5 + size) % 32
        chosen = pick(rows, places)
        together = (
            loaded.run(signature, chosen)
            if known.shared_rows
            else copies.run(signature, chosen, size)
        )
        for alias, array in together.items():
            assert same_bits(array, np.concatenate([alone[place][alias] for place in places])), size
    copies.close()
    loaded.close()


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_whose_rows_depend_on_their_company_does_not_share(
    name: str, exported: Any
) -> None:
    """And says by which operation."""
    reason, made = REFUSED[name]
    loaded = exported(made())
    traits, _ = learn_sharing(loaded, "exact", {})
    known = traits["serving_default"]
    assert (known.shared_rows, known.row_width) == (0, 0)
    assert re.search(reason, known.reason), known.reason
    loaded.close()


def test_a_model_of_jax_is_not_shared(tmp_path: Path) -> None:
    """It is one operation to TensorFlow, which tells nothing of its rows."""
    jax2tf = pytest.importorskip("jax.experimental.jax2tf", reason="JAX is no dependency")
    import tensorflow as tf

    call = jax2tf.convert(lambda x: x * 2, polymorphic_shapes=["b, 3"], with_gradient=False)
    module = tf.Module()
    module.call = tf.function(call, input_signature=[tf.TensorSpec([None, 3], tf.float32, "x")])
    tf.saved_model.save(module, str(tmp_path / "model"), signatures=module.call)
    loaded = SavedModel(tmp_path / "model", threads=1, timeout_ms=30_000)
    traits, _ = learn_sharing(loaded, "exact", {})
    assert not traits["serving_default"].shared_rows
    loaded.close()
