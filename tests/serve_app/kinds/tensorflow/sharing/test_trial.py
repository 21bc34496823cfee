"""A loaded version learns what may share its calls: from its graph, never against its samples."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.servable import Call, LoadOptions
from serve_app.kinds.tensorflow.servable import TensorFlowServable
from serve_app.kinds.tensorflow.sharing import trial
from serve_app.kinds.tensorflow.sharing._executed_graph import Tensor
from serve_app.kinds.tensorflow.sharing._following import RowsThrough
from tests.serve_app.kinds.tensorflow.sharing.in_memory import pick, same_bits

Servables = Callable[..., TensorFlowServable]


@pytest.fixture
def servable(tmp_path: Path) -> Any:
    """Saves a body as a SavedModel of one signature, loads it, and lets it learn."""
    made: list[TensorFlowServable] = []

    def serve(
        body: Callable[..., Any],
        *specs: tf.TensorSpec,
        module: tf.Module | None = None,
        recorded: Mapping[str, np.ndarray] | None = None,
        sharing: Any = "exact",
    ) -> TensorFlowServable:
        owner = module or tf.Module()
        owner.body = tf.function(body, input_signature=specs)
        folder = tmp_path / str(len(made))
        tf.saved_model.save(owner, str(folder), signatures=owner.body)
        loaded = TensorFlowServable(folder, LoadOptions(sharing=sharing))
        made.append(loaded)
        loaded.learn({"serving_default": recorded} if recorded else {})
        return loaded

    yield serve
    for each in made:
        each.close()


def spec(*shape: int | None, dtype: str = "float32", name: str = "x") -> tf.TensorSpec:
    """Rows of one input."""
    return tf.TensorSpec([None, *shape], dtype, name)


def ask(model: TensorFlowServable, requests: int = 1, **inputs: Any) -> dict[str, np.ndarray]:
    """Calls the one signature for all its outputs."""
    signature = model.signatures["serving_default"]
    return model.run(Call(signature, tuple(signature.outputs)), inputs, requests=requests)


def test_pieces_padded_to_the_longest_row_are_not_shared(servable: Servables) -> None:
    """Nor by any sample of one piece only."""
    model = servable(
        lambda tags: {"parts": tf.strings.split(tags, ",").to_tensor("")},
        spec(dtype="string", name="tags"),
        recorded={"tags": np.array([b"a", b"b"], np.object_)},
    )
    traits = model.traits("serving_default")
    assert (traits.shared_rows, traits.row_width) == (0, 0)
    assert "StringSplitV2" in traits.reason
    assert "as many pieces as the batch has" in traits.reason
    assert traits.bounded
    assert not traits.stateful


def test_a_model_of_state_is_not_run(servable: Servables) -> None:
    """Its first client finds it as its publisher left it."""
    module = tf.Module()
    module.counter = tf.Variable(0.0)
    model = servable(
        lambda x: {"y": tf.fill(tf.shape(x), module.counter.assign_add(1.0))},
        spec(),
        module=module,
        recorded={"x": np.zeros(3, np.float32)},
    )
    traits = model.traits("serving_default")
    assert traits.stateful
    assert traits.reason.startswith("state: AssignAddVariableOp")
    assert (traits.shared_rows, traits.row_width) == (0, 0)
    assert ask(model, x=np.zeros(1, np.float32))["y"].tolist() == [1.0]


def test_a_model_of_loops_is_tried_with_its_publishers_rows_only(servable: Servables) -> None:
    """Others may keep it from ending; it does not run in the event loop."""

    def body(x: Any) -> Any:
        limit = tf.reduce_max(x)
        steps = tf.while_loop(lambda i: i < limit, lambda i: i + 1, [tf.constant(0.0)])[0]
        return {"y": x + steps}

    unknown = servable(body, spec())
    assert unknown.traits("serving_default").pace.expected_s(1) == float("inf")
    known = servable(body, spec(), recorded={"x": np.array([2.0, 3.0], np.float32)})
    traits = known.traits("serving_default")
    assert traits.pace.expected_s(1) < 60
    assert not traits.bounded
    assert "no known end: " in traits.reason
    assert "While" in traits.reason


def test_what_is_computed_row_by_row_is_said(
    servable: Servables, caplog: pytest.LogCaptureFixture
) -> None:
    """In the log and in the traits."""
    with caplog.at_level(logging.INFO):
        model = servable(lambda x: {"y": tf.exp(x)}, spec(3))
    traits = model.traits("serving_default")
    assert (traits.shared_rows, traits.row_width) == (0, 64)
    assert traits.reason == "single rows only, row by row: Exp"
    assert "signature serving_default: single rows only, row by row: Exp" in caplog.text


def test_samples_refuse_what_was_wrongly_allowed(
    servable: Servables, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One bit is enough, and is logged as a warning."""

    def all_rows(graph: Any, fed: Any) -> RowsThrough:
        del fed
        return RowsThrough(frozenset(), frozenset(Tensor(name, 0) for name in graph.nodes))

    monkeypatch.setattr(trial, "follow", all_rows)
    model = servable(lambda x: {"y": tf.exp(x)}, spec(3))
    traits = model.traits("serving_default")
    assert (traits.shared_rows, traits.row_width) == (0, 0)
    assert "output y of a row differs in company of" in traits.reason
    assert "its requests do not share calls" in caplog.text


def test_rows_that_a_model_refuses_are_left_out(servable: Servables) -> None:
    """An assertion of every row hinders nobody: who fails it is computed again, alone."""

    def body(x: Any) -> Any:
        tf.debugging.assert_less(x, 50.0)
        return {"y": x * 2}

    model = servable(body, spec())
    assert model.traits("serving_default").shared_rows
    with pytest.raises(InvalidArgumentError):
        ask(model, x=np.array([60.0], np.float32))


def test_a_model_that_refuses_every_row_is_not_shared(servable: Servables) -> None:
    """What it executes is not known then; its publisher's rows would tell."""

    def body(x: Any) -> Any:
        tf.debugging.assert_less(x, -1e9)
        return {"y": x * 2}

    assert "no row could be tried: " in servable(body, spec()).traits("serving_default").reason
    recorded = {"x": np.array([-2e9], np.float32)}
    assert servable(body, spec(), recorded=recorded).traits("serving_default").shared_rows


@pytest.mark.parametrize("shape", [None, [], [3], [3, None]])
def test_an_input_without_an_axis_of_rows_is_not_shared(servable: Servables, shape: Any) -> None:
    """Of a fixed size, or of any shape."""
    model = servable(lambda x: {"y": x * 2}, tf.TensorSpec(shape, tf.float32, "x"))
    assert model.traits("serving_default").reason == "an input has no axis for a number of rows"


def test_rows_of_another_shape_than_declared_share_no_call(servable: Servables) -> None:
    """Alone TensorFlow takes them, and computes something else."""
    model = servable(lambda x: {"y": x + tf.reduce_sum(x, -1, keepdims=True) * 0}, spec(2))
    rows = np.ones([4, 3, 2], np.float32)
    assert ask(model, x=rows)["y"].shape == (4, 3, 2)
    with pytest.raises(InvalidArgumentError, match="another shape share no call"):
        ask(model, 4, x=rows)


def test_requests_for_some_of_the_outputs_share_no_call(servable: Servables) -> None:
    """TensorFlow makes another graph for them, which may round otherwise."""
    model = servable(lambda x: {"y": x * 2, "z": x * 3}, spec())
    call = Call(model.signatures["serving_default"], ("y",))
    rows = {"x": np.ones(4, np.float32)}
    assert model.run(call, rows)["y"].tolist() == [2.0] * 4
    with pytest.raises(InvalidArgumentError, match="some of the outputs share no call"):
        model.run(call, rows, requests=4)


def test_a_variable_is_the_same_in_a_copy(servable: Servables) -> None:
    """Tables too; what follows from both keeps its bits."""
    module = tf.Module()
    module.weights = tf.Variable(np.random.default_rng(0).normal(size=(4, 3)).astype("f4"))
    keys, values = tf.constant(["a", "b"]), tf.constant([1, 2], tf.int64)
    module.table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), 3)

    def body(x: Any, word: Any) -> Any:
        row = tf.gather(module.weights, module.table.lookup(word))
        return {"y": tf.nn.softmax(tf.tanh(row) * x[:, :3]), "id": module.table.lookup(word)}

    model = servable(body, spec(4), spec(dtype="string", name="word"), module=module)
    traits = model.traits("serving_default")
    assert traits.row_width == 64, traits.reason
    rows = {"x": np.random.default_rng(1).normal(size=(64, 4)).astype("f4"),
            "word": np.resize(np.array([b"a", b"b", b"no"], np.object_), 64)}  # fmt: skip
    alone = [ask(model, 1, **pick(rows, slice(row, row + 1))) for row in range(64)]
    for size in (2, 4, 5, 16, 17, 64):
        for alias, array in ask(model, size, **pick(rows, slice(0, size))).items():
            assert same_bits(array, np.concatenate([each[alias] for each in alone[:size]]))


def test_an_input_without_use_is_no_hindrance(servable: Servables) -> None:
    """TensorFlow leaves it out of what it executes."""
    model = servable(lambda x, unused: {"y": tf.exp(x)}, spec(2), spec(2, name="unused"))  # noqa: ARG005
    assert model.traits("serving_default").row_width == 64
    rows = np.ones([5, 2], np.float32)
    assert ask(model, 5, x=rows, unused=rows)["y"].shape == (5, 2)


def test_a_version_is_served_whatever_goes_wrong_with_its_copies(
    servable: Servables, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without them."""

    def broken(*_: Any) -> Any:
        raise KeyError("node")

    monkeypatch.setattr(trial, "open_copies", broken)
    model = servable(lambda x: {"y": tf.exp(x)}, spec())
    assert model.traits("serving_default").row_width == 0
    assert "no row-wise copies of " in caplog.text


def test_tf_examples_of_fixed_features_are_shared(servable: Servables) -> None:
    """Each is read by itself; features of any size are padded to the longest, or joined."""
    fixed = {"a": tf.io.FixedLenFeature([2], tf.float32),
             "b": tf.io.FixedLenFeature([], tf.string, "none")}  # fmt: skip

    def body(examples: Any) -> Any:
        features = tf.io.parse_example(examples, fixed)
        return {"y": features["a"] * 2, "b": tf.strings.upper(features["b"])}

    def padded(examples: Any) -> Any:
        kind = {"a": tf.io.VarLenFeature(tf.float32), "b": fixed["b"]}
        features = tf.io.parse_example(examples, kind)
        return {"y": tf.sparse.reduce_sum(features["a"], 1), "b": features["b"]}

    examples = spec(dtype="string", name="examples")
    assert servable(body, examples).traits("serving_default").shared_rows
    other = servable(padded, examples).traits("serving_default")
    assert (other.shared_rows, other.row_width) == (0, 0)
    assert "joins features of any size" in other.reason


def test_a_search_of_the_nearest_is_shared(servable: Servables) -> None:
    """As retrieval models make it: an embedding, a product with all candidates, the largest k."""
    random = np.random.default_rng(0)
    module = tf.Module()
    module.users = tf.Variable(random.normal(size=(10, 6)).astype("f4"))
    module.items = tf.Variable(random.normal(size=(50, 6)).astype("f4"))
    module.names = tf.Variable([f"item {number}" for number in range(50)])

    def body(user: Any) -> Any:
        embedded = tf.gather(module.users, tf.cast(user, tf.int32) % 10)
        found = tf.math.top_k(tf.matmul(embedded, module.items, transpose_b=True), 3)
        return {"score": found.values, "name": tf.gather(module.names, found.indices)}

    model = servable(body, spec(dtype="int64", name="user"), module=module)
    assert model.traits("serving_default").row_width == 64


def test_sharing_that_is_forced_asks_nothing(servable: Servables) -> None:
    """The setting `always`."""
    model = servable(lambda x: {"y": x - tf.reduce_mean(x)}, spec(), sharing="always")
    assert model.traits("serving_default").shared_rows > 1024
    rows = np.array([1.0, 3.0], np.float32)
    assert ask(model, 2, x=rows)["y"].tolist() == [-1.0, 1.0]
