"""What the written graph says of a call: whether it touches state, and whether it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import tensorflow as tf

from serve_app.kinds.tensorflow.sharing.analysis import Verdict, analyse

v1 = tf.compat.v1

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def verdicts(**bodies: Callable[[Any], Any]) -> dict[str, Verdict]:
    """Judges a graph that has a signature for each body, from one vector `x`; by its name."""
    info = v1.saved_model.utils.build_tensor_info
    with v1.Graph().as_default() as graph:
        meta_graph = None
        signatures = {}
        for name, body in bodies.items():
            x = v1.placeholder("float32", [None], f"{name}_x")
            signatures[name] = v1.saved_model.build_signature_def(
                {"x": info(x)}, {"y": info(tf.convert_to_tensor(body(x)))}, "predict"
            )
        meta_graph = v1.train.export_meta_graph(graph=graph)
        for name, signature in signatures.items():
            meta_graph.signature_def[name].CopyFrom(signature)
    return {name: analyse(meta_graph, name) for name in bodies}


def verdict(body: Callable[[Any], Any]) -> Verdict:
    """Judges one body."""
    return verdicts(y=body)["y"]


def in_function(body: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same, as a function that a function calls."""
    inner = tf.function(body)
    outer: Callable[[Any], Any] = tf.function(lambda value: inner(value) + 0)
    return outer


def counted(x: Any) -> Any:
    """Counts its calls."""
    counter = v1.get_variable("counter", [], use_resource=True)
    with tf.control_dependencies([counter.assign_add(1.0)]):
        return tf.identity(x)


def loop(x: Any) -> Any:
    """Runs until it has summed up to a value."""
    return tf.while_loop(lambda i: i < tf.reduce_max(x), lambda i: i + 1, [tf.constant(0.0)])[0] + x


def printed(x: Any) -> Any:
    """Says something."""
    with tf.control_dependencies([tf.print("x")]):
        return tf.identity(x)


STATEFUL: dict[str, Callable[[Any], Any]] = {
    "RandomUniform": lambda x: x + tf.random.uniform(tf.shape(x)),
    "RandomStandardNormal": in_function(lambda x: x + tf.random.normal(tf.shape(x))),
    "AssignAddVariableOp": counted,
    "EagerPyFunc": lambda x: tf.py_function(lambda value: value, [x], tf.float32),
    "StringFormat|PrintV2": printed,
}  # fmt: skip


@pytest.mark.parametrize("name", STATEFUL)
def test_a_call_that_touches_state_is_known(name: str) -> None:
    """In the graph, in its functions, and where only a control input leads to it."""
    found = verdict(STATEFUL[name])
    assert found.stateful
    assert found.reason.startswith("state: ")
    assert any(each in found.reason for each in name.split("|"))


def test_reading_variables_and_tables_is_no_state() -> None:
    """As long as nothing writes them."""

    def body(x: Any) -> Any:
        weight = v1.get_variable("w", [3], use_resource=True)
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer([1], [2]), 0)
        return weight[0] * x + tf.cast(table.lookup(tf.cast(x, tf.int32)), tf.float32)

    assert verdict(body) == Verdict("", stateful=False, bounded=True)


def test_a_variable_that_another_signature_writes_is_state() -> None:
    """A copy of it would stay as it was."""
    found = verdicts(
        write=counted,
        read=lambda x: (
            x + v1.get_default_graph().get_tensor_by_name("counter/Read/ReadVariableOp:0")
        ),
        neither=lambda x: x + 1,
    )
    assert found["write"].stateful
    assert "reads what signature write writes" in found["read"].reason
    assert found["neither"] == Verdict("", stateful=False, bounded=True)


UNBOUNDED: dict[str, Callable[[Any], Any]] = {
    "StatelessWhile": loop,
    "Range": lambda x: tf.range(tf.reduce_max(x)),
    "Fill": lambda x: tf.fill([tf.cast(x[0], tf.int32)], 1.0),
    "Tile": in_function(lambda x: tf.tile(x, tf.cast(x[:1], tf.int32))[:1]),
    "BroadcastTo": lambda x: tf.broadcast_to(x[:1], tf.cast(x[:1], tf.int32)),
    "OneHot": lambda x: tf.one_hot([1], tf.cast(x[0], tf.int32)),
    "MatrixInverse": lambda x: tf.linalg.inv(x[:, None] * x),
}


@pytest.mark.parametrize("name", UNBOUNDED)
def test_a_call_without_a_known_end_is_known(name: str) -> None:
    """It loops, is as large as a value says, or does something that is in no list."""
    found = verdict(UNBOUNDED[name])
    assert not found.bounded
    assert not found.stateful
    assert found.reason.startswith(f"no known end: {name}")


BOUNDED: dict[str, Callable[[Any], Any]] = {
    "of the batch": lambda x: x - tf.reduce_mean(x),
    "sorted": tf.sort,
    "unique": lambda x: tf.unique(x).y,
    "split": lambda x: tf.strings.split(tf.strings.as_string(x), ".").to_tensor(""),
    "as large as a shape": lambda x: tf.fill(tf.shape(x), 1.0) + tf.cast(
        tf.range(tf.shape(x)[0]), tf.float32
    ),
    "as large as a value, but never larger than": lambda x: tf.one_hot(
        [1], tf.minimum(tf.cast(x[0], tf.int32), 7)
    ),
    "a choice": lambda x: tf.cond(tf.reduce_max(x) > 1, lambda: x, lambda: x * 2),
    "a choice in a function": in_function(
        lambda x: tf.cond(tf.reduce_max(x) > 1, lambda: x, lambda: x * 2)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOUNDED)
def test_a_call_that_the_size_of_its_input_bounds_is_known(name: str) -> None:
    """Whether or not it keeps rows apart."""
    assert verdict(BOUNDED[name]).bounded
