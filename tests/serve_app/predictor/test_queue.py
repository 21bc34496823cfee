"""Requests that share model calls: order, sizes, faults, versions, deadlines, cancelled ones."""

from __future__ import annotations

import asyncio
import gc
import json
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serve_app.errors import (
    DeadlineExceededError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
)
from serve_app.kinds.servable import Call
from serve_app.lifecycle.manager import ServableManager
from serve_app.metrics.family import BATCH_ROWS
from serve_app.predictor import CallLimits, Executor, ModelSpec, Predictor, Query, Request
from serve_app.protocols.tfs.grpc.adapter import PredictAdapter
from serve_app.protocols.tfs.rest.adapters import DOCUMENTS, PLAIN
from serve_app.protocols.tfs.rest.plain_rows import Row, read_plain_rows
from serve_app.protocols.tfs.rest.predict_request import read_predict_body
from serve_app.protocols.tfs.rest.predict_response import write_predictions

Manage = Callable[..., ServableManager]
Publish = Callable[..., Path]
MESSAGES = PredictAdapter(10_000_000)
LIMIT_S = 2.0


@pytest.fixture
def executor() -> Iterator[Executor]:
    """One thread."""
    made = Executor(1)
    yield made
    made.close()


@pytest.fixture(scope="session")
def counting_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that answers how often it has run; 666 is refused, 667 does not end."""
    import tensorflow as tf

    class Counter(tf.Module):  # type: ignore[misc]  # untyped
        def __init__(self) -> None:
            self.runs = tf.Variable(0, dtype=tf.int64)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.int64, name="x")])  # type: ignore[untyped-decorator]
        def count(self, x: Any) -> Any:
            runs = self.runs.assign_add(1)
            with tf.control_dependencies([runs]):
                allowed = tf.debugging.assert_none_equal(x, tf.constant(666, tf.int64))
            with tf.control_dependencies([allowed]):
                bad = tf.reduce_any(tf.equal(x, 667))
                last = tf.while_loop(
                    lambda i: tf.logical_and(bad, i >= 0), tf.abs, [tf.constant(0)]
                )[0]
            with tf.control_dependencies([last]):
                return {"runs": tf.fill(tf.shape(x), tf.identity(runs))}

    folder = tmp_path_factory.mktemp("exports") / "counting"
    module = Counter()
    tf.saved_model.save(module, str(folder), signatures=module.count)
    return folder


def iris_rows(count: int, seed: int = 0) -> list[Row]:
    """Random flowers."""
    random = np.random.default_rng(seed)
    names = ("petal_length", "petal_width", "sepal_length", "sepal_width")
    return [{name: float(random.random() * 8) for name in names} for _ in range(count)]


def alone(manager: ServableManager, rows: list[Row], model: str = "iris") -> bytes:
    """One call of the model as it is, and the exact reader and writer."""
    version, servable = manager.acquire(ModelSpec(model))
    try:
        signature = servable.signatures["serving_default"]
        body = read_predict_body(json.dumps({"instances": rows}).encode())
        call = Call(signature, tuple(signature.outputs))
        outputs = servable.run(call, body.tensors(signature.inputs))
        return write_predictions("rows", outputs, signature.outputs)
    finally:
        version.release()


async def ask(
    predictor: Predictor, rows: Sequence[Row], model: str = "iris", name: str = ""
) -> bytes:
    """The answer to plain rows."""
    plain = read_plain_rows(json.dumps({"instances": rows}).encode())
    assert plain is not None
    return await predictor.predict(Query(ModelSpec(model), name), PLAIN, plain, rows=len(rows))


async def ask_columns(predictor: Predictor, columns: object, model: str, name: str = "") -> bytes:
    """The answer to columns."""
    body = read_predict_body(json.dumps({"inputs": columns}).encode())
    return await predictor.predict(Query(ModelSpec(model), name), DOCUMENTS, body)


async def ask_message(
    predictor: Predictor, model: str, deadline_s: float | None = None, **inputs: Any
) -> Any:
    """The answer to a PredictRequest."""
    import tensorflow as tf

    from foundation.protos.predict_pb2 import PredictRequest

    request = PredictRequest(model_spec={"name": model})
    for alias, value in inputs.items():
        request.inputs[alias].CopyFrom(tf.make_tensor_proto(value))
    query = Query(ModelSpec(model))
    return await predictor.predict(query, MESSAGES, request, deadline_s=deadline_s)


def run(
    predictor: Predictor, requests: Sequence[Sequence[Row]], model: str = "iris", name: str = ""
) -> list[Any]:
    """The answers, or errors, of requests that arrive in one turn of the loop."""

    async def scenario() -> list[Any]:
        asked = [ask(predictor, rows, model, name) for rows in requests]
        return list(await asyncio.gather(*asked, return_exceptions=True))

    return asyncio.run(scenario())


def calls(predictor: Predictor) -> int:
    """How many model calls there were."""
    points = predictor.recorder.snapshot()[BATCH_ROWS.name]
    return int(sum(sum(numbers[:-1]) for numbers in points.values()))


@pytest.mark.parametrize("quick_s", [1.0, 0.0], ids=["in the loop", "in a thread"])
def test_answers_in_company_are_the_bytes_of_answers_alone(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor, quick_s: float
) -> None:
    """Requests of one row and of many, each gets its own back."""
    manager = manage(publish(iris_export))
    predictor = Predictor(manager, executor, limits=CallLimits(quick_s=quick_s))
    sizes = [1, 3, 1, 1, 32, 1, 2, 1, *[1] * 70, 7, 1]
    requests = [iris_rows(size, seed) for seed, size in enumerate(sizes)]
    answers = run(predictor, requests)
    assert answers == [alone(manager, rows) for rows in requests]
    assert calls(predictor) < len(requests) / 3


def test_a_single_request_is_one_call(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """Nothing is added to it."""
    manager = manage(publish(iris_export))
    predictor = Predictor(manager, executor)
    rows = iris_rows(1)
    assert run(predictor, [rows]) == [alone(manager, rows)]
    assert calls(predictor) == 1


def test_requests_of_all_protocols_share_a_call(
    manage: Manage, publish: Publish, mixed_export: Path, executor: Executor
) -> None:
    """Plain rows, nested rows, columns and a message, each answered in its own form."""
    predictor = Predictor(manage(publish(mixed_export, model="mixed")), executor)
    row = {"f": 1.5, "i": 7, "s": "a", "b": True}

    async def scenario() -> tuple[Any, ...]:
        query = Query(ModelSpec("mixed"))
        nested = read_predict_body(
            json.dumps({"instances": [row | {"s": {"b64": "Yg=="}}]}).encode()
        )
        return await asyncio.gather(
            ask(predictor, [row, row | {"f": 2.5}], "mixed"),
            predictor.predict(query, DOCUMENTS, nested),
            ask_columns(predictor, {alias: [value] for alias, value in row.items()}, "mixed"),
            ask_message(
                predictor, "mixed", f=np.array([3.5], np.float32), i=np.array([8]),
                s=np.array([b"c"], object), b=np.array([False]),
            ),
        )  # fmt: skip

    plain, document, columns, message = asyncio.run(scenario())
    assert [each["f"] for each in json.loads(plain)["predictions"]] == [1.5, 2.5]
    assert json.loads(document)["predictions"][0]["s"] == "b"
    assert json.loads(columns)["outputs"]["i"] == [7]
    assert list(message.outputs["f"].float_val) == [3.5]
    assert calls(predictor) == 1


def test_a_request_that_does_not_fit_does_not_harm_its_neighbours(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """A wrong type, a missing feature, a feature too many: each hears of its own fault."""
    manager = manage(publish(iris_export))
    good = iris_rows(6)
    bad: list[Row] = [
        good[0] | {"petal_width": "wide"},
        {"petal_width": 1.0},
        good[0] | {"colour": 1.0},
    ]
    requests = [[good[0]], [bad[0]], [good[1]], [bad[1]], [good[2]], [bad[2]], good]
    predictor = Predictor(manager, executor)
    for rows, answer in zip(requests, run(predictor, requests), strict=True):
        if rows[0] in bad:
            assert isinstance(answer, InvalidArgumentError)
            assert "element: 0" in str(answer)
        else:
            assert answer == alone(manager, rows)


def test_a_row_that_the_model_refuses_does_not_fail_its_neighbours(
    manage: Manage, publish: Publish, mixed_export: Path, executor: Executor
) -> None:
    """The model asserts that its input is positive."""
    manager = manage(publish(mixed_export, model="mixed"))
    requests: list[list[Row]] = [[{"x": 1}], [{"x": -1}], [{"x": 2}], [{"x": 3}, {"x": 4}]]
    good, bad, *others = run(Predictor(manager, executor), requests, "mixed", "positive")
    assert [good, *others] == [b'{"predictions":[1]}', b'{"predictions":[2]}',
                               b'{"predictions":[3,4]}']  # fmt: skip
    assert "Condition x > 0" in str(bad)


@pytest.mark.parametrize(
    ("name", "words"), [("scalar", "has no shape information"), ("uneven", "inconsistent batch")]
)
def test_outputs_that_are_not_row_by_row_are_never_shared(
    manage: Manage, publish: Publish, mixed_export: Path, executor: Executor,
    name: str, words: str,
) -> None:  # fmt: skip
    """A sum over the batch would mix the clients' numbers."""
    manager = manage(publish(mixed_export, model="mixed"))
    requests: list[list[Row]] = [[{"x": 1.0}], [{"x": 2.0}]]
    predictor = Predictor(manager, executor)
    assert all(words in str(error) for error in run(predictor, requests, "mixed", name))
    assert calls(predictor) == 2


def test_unknown_models_and_signatures_are_errors(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """In TensorFlow Serving's words."""
    predictor = Predictor(manage(publish(iris_export)), executor)
    assert {type(each) for each in run(predictor, [iris_rows(1)] * 3, "nothing")} == {NotFoundError}
    for error in run(predictor, [iris_rows(1)] * 3, "iris", "nothing"):
        assert 'Serving signature name: "nothing" not found' in str(error)


def test_clients_cannot_fill_the_memory_with_names(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """Queues that nobody uses are let go when there are many."""
    predictor = Predictor(manage(publish(iris_export)), executor)

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        for number in range(3000):
            predictor.queue(Query(ModelSpec(f"m{number}")), loop)
        assert len(predictor._queues) <= 1000
        await ask(predictor, iris_rows(1))

    asyncio.run(scenario())


def test_a_cancelled_request_is_dropped(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """Its neighbours are answered; nobody computes for it."""
    manager = manage(publish(iris_export))
    predictor = Predictor(manager, executor)

    async def scenario() -> list[Any]:
        tasks = [asyncio.create_task(ask(predictor, iris_rows(1, seed))) for seed in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        return [answer for answer in answers if not isinstance(answer, BaseException)]

    answers = asyncio.run(scenario())
    assert answers == [alone(manager, iris_rows(1, seed)) for seed in (0, 2)]
    assert calls(predictor) == 1


class Gone(Request[bytes]):
    """A request that nobody waits for from the moment at which its batch is read."""

    def __init__(self, rows: Sequence[Row]) -> None:
        plain = read_plain_rows(json.dumps({"instances": rows}).encode())
        super().__init__(_Leaving(self), plain, len(rows), time.monotonic() + 30)
        self.heard = 0

    def answered(self, _answer: bytes) -> None:
        """Nobody should hear of it."""
        self.heard += 1

    def failed(self, _error: Exception) -> None:
        """Nor of this."""
        self.heard += 1


class _Leaving:
    """The adapter of plain rows; the client goes away while its request is read."""

    def __init__(self, request: Gone) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        self._request.is_over = True
        return getattr(PLAIN, name)


@pytest.mark.parametrize("quick_s", [1.0, 0.0], ids=["in the loop", "in a thread"])
@pytest.mark.parametrize("rows", [iris_rows(1), [{"colour": 1.0}]], ids=["good", "bad"])
def test_nobody_hears_of_a_request_that_was_cancelled_on_its_way(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor,
    quick_s: float, rows: list[Row],
) -> None:  # fmt: skip
    """Neither of its answer nor of its error; the next one is answered."""
    manager = manage(publish(iris_export))
    predictor = Predictor(manager, executor, limits=CallLimits(quick_s=quick_s))

    async def scenario() -> tuple[int, bytes]:
        gone = Gone(rows)
        predictor.queue(Query(ModelSpec("iris")), asyncio.get_running_loop()).submit(gone)
        await asyncio.sleep(0.01)
        return gone.heard, await ask(predictor, iris_rows(1))

    assert asyncio.run(scenario()) == (0, alone(manager, iris_rows(1)))


def test_a_batch_has_one_version_and_the_next_one_may_have_another(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """While versions change under a stream of requests, each answer is whole."""
    manager = manage(publish(iris_export, version=1))
    predictor = Predictor(manager, executor)

    async def scenario() -> set[bytes]:
        async def five() -> set[bytes]:
            return set(await asyncio.gather(*(ask(predictor, iris_rows(1)) for _ in range(5))))

        seen: set[bytes] = set()
        published = asyncio.create_task(asyncio.to_thread(publish, iris_export, version=2))
        while manager.available()["iris"] != [2]:
            seen |= await five()
            await asyncio.sleep(0.01)
        await published
        return seen | await five()

    assert asyncio.run(scenario()) == {alone(manager, iris_rows(1))}


def test_no_call_has_more_rows_than_allowed(
    manage: Manage, publish: Publish, mixed_export: Path, executor: Executor
) -> None:
    """A single request may."""
    manager = manage(publish(mixed_export, model="mixed"))
    predictor = Predictor(manager, executor, limits=CallLimits(max_rows=4))
    row: Row = {"x": 1.5}
    answers = run(predictor, [[row] * 3, [row] * 3, [row] * 9], "mixed", "double")
    assert [answer.count(b"3.0") for answer in answers] == [3, 3, 9]
    points: Mapping[Any, Any] = predictor.recorder.snapshot()[BATCH_ROWS.name]
    (numbers,) = points.values()
    assert numbers[-1] == 15
    assert sum(numbers[:-1]) == 3


# -- how often a model runs


def _ways(predictor: Predictor, value: int) -> dict[str, Callable[[], Any]]:
    return {
        "rows": lambda: ask(predictor, [{"x": value}], "counting"),
        "columns": lambda: ask_columns(predictor, [value], "counting"),
        "a message": lambda: ask_message(predictor, "counting", x=np.array([value])),
    }


@pytest.fixture
def counting(manage: Manage, publish: Publish, counting_export: Path) -> Iterator[Predictor]:
    """A predictor with two threads, of a model that counts its runs; a request has two seconds.

    It has run once: the first call prepares the graph, which may take longer.
    """
    executor, manager = Executor(2), manage(publish(counting_export, "counting"))
    asyncio.run(runs(Predictor(manager, executor)))
    limits = CallLimits(threads=2, timeout_s=LIMIT_S)
    yield Predictor(manager, executor, limits=limits)
    executor.close()


async def runs(predictor: Predictor) -> int:
    """How often the model has run, this time included."""
    (count,) = json.loads(await ask(predictor, [{"x": 1}], "counting"))["predictions"]
    return int(count)


def test_a_model_with_a_state_is_run_by_clients_only(
    manage: Manage, publish: Publish, counting_export: Path, executor: Executor
) -> None:
    """Neither a row of zeros nor a trial counts: the first client is the first."""
    predictor = Predictor(manage(publish(counting_export, "counting")), executor)
    assert asyncio.run(runs(predictor)) == 1


@pytest.mark.parametrize("way", ["rows", "columns", "a message"])
def test_a_failing_request_runs_its_model_once(counting: Predictor, way: str) -> None:
    """Whatever its form; the error is the model's."""

    async def scenario() -> int:
        before = await runs(counting)
        with pytest.raises(InvalidArgumentError, match="assertion failed"):
            await _ways(counting, 666)[way]()
        return await runs(counting) - before - 1

    assert asyncio.run(scenario()) == 1


@pytest.mark.parametrize("way", ["rows", "columns", "a message"])
def test_a_request_that_hangs_runs_its_model_once_and_is_answered_in_its_time(
    counting: Predictor, way: str
) -> None:
    """It holds one thread of two, so that others are answered meanwhile."""

    async def scenario() -> int:
        before = await runs(counting)
        started_s = time.monotonic()
        hanging = asyncio.create_task(_ways(counting, 667)[way]())
        await asyncio.sleep(0.2)
        during = await runs(counting)
        with pytest.raises(DeadlineExceededError):
            await hanging
        assert 0.9 * LIMIT_S <= time.monotonic() - started_s < 2 * LIMIT_S
        assert during == before + 2
        return await runs(counting) - during - 1

    assert asyncio.run(scenario()) == 0


def test_a_deadline_of_the_clients_own_is_kept(counting: Predictor) -> None:
    """Earlier than the limit of all requests."""

    async def scenario() -> float:
        started_s = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            await ask_message(counting, "counting", started_s + 0.3, x=np.array([667]))
        return time.monotonic() - started_s

    assert asyncio.run(scenario()) < LIMIT_S


def test_a_batch_that_fails_is_taken_apart_once(
    manage: Manage, publish: Publish, counting_export: Path, executor: Executor
) -> None:
    """Each of its requests runs once more, alone; those that are right are answered."""
    manager = manage(publish(counting_export, "counting"), share_calls="always")
    predictor = Predictor(manager, executor)

    async def scenario() -> tuple[list[Any], int]:
        before = await runs(predictor)
        asked = [ask(predictor, [{"x": value}], "counting") for value in (1, 666, 2)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return answers, await runs(predictor) - before - 1

    answers, count = asyncio.run(scenario())
    assert [isinstance(answer, InvalidArgumentError) for answer in answers] == [False, True, False]
    assert count == 1 + 3


def test_a_short_deadline_does_not_fail_its_neighbours(
    manage: Manage, publish: Publish, mixed_export: Path, executor: Executor
) -> None:
    """The thread is busy until one of two requests in company is late; the other has time."""
    predictor = Predictor(
        manage(publish(mixed_export, model="mixed"), share_calls="always"),
        executor,
        limits=CallLimits(quick_s=0.0),
    )
    row = {"f": [1.5], "i": [7], "s": ["a"], "b": [True]}

    async def scenario() -> list[Any]:
        busy = asyncio.create_task(executor.run(lambda: time.sleep(0.6)))
        await asyncio.sleep(0)
        tensors = {alias: np.array(value) for alias, value in row.items()}
        tensors |= {"f": np.array([1.5], np.float32), "s": np.array([b"a"], object)}
        hurried = ask_message(predictor, "mixed", time.monotonic() + 0.2, **tensors)
        patient = ask_columns(predictor, row, "mixed")
        answers = await asyncio.gather(hurried, patient, return_exceptions=True)
        await busy
        return list(answers)

    late, answer = asyncio.run(scenario())
    assert isinstance(late, DeadlineExceededError)
    assert json.loads(answer)["outputs"]["i"] == [7]


def test_no_call_has_more_rows_than_allowed_where_only_tensors_tell_them(
    manage: Manage, publish: Publish, mixed_export: Path, executor: Executor
) -> None:
    """Columns have any number of rows; nobody counts them before they are read."""
    manager = manage(publish(mixed_export, model="mixed"))
    predictor = Predictor(manager, executor, limits=CallLimits(max_rows=4))

    async def scenario() -> list[bytes]:
        asked = [ask_columns(predictor, [1.5] * size, "mixed", "double") for size in (3, 3, 9, 1)]
        return list(await asyncio.gather(*asked))

    assert [answer.count(b"3.0") for answer in asyncio.run(scenario())] == [3, 3, 9, 1]
    assert calls(predictor) == 4


def test_an_unloaded_version_is_let_go_of(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """A session gives its variables back when nobody knows it any more."""
    manager = manage(publish(iris_export))
    predictor = Predictor(manager, executor)
    run(predictor, [iris_rows(1)])
    version, servable = manager.acquire(ModelSpec("iris"))
    version.release()
    known = weakref.ref(servable)
    del servable
    version.unload()
    gc.collect()
    assert known() is None


class _Faulty(ServableManager):
    """Its models cannot be found out about."""

    def acquire(self, spec: ModelSpec) -> Any:
        """Fails in a way that nobody expects."""
        raise RuntimeError(spec.name)


def test_whoever_waits_hears_of_a_fault_of_our_own(executor: Executor) -> None:
    """Wherever it happens."""
    predictor = Predictor(_Faulty.__new__(_Faulty), executor)
    (error,) = run(predictor, [iris_rows(1)])
    assert isinstance(error, InternalError)
