"""Requests that share model calls: order, sizes, faults, versions, deadlines, cancelled ones."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serve_app.errors import (
    InvalidArgumentError,
    NotFoundError,
)
from serve_app.metrics.family import BATCH_ROWS
from serve_app.predictor import CallLimits, Executor, ModelSpec, Predictor, Query, Request
from serve_app.protocols.tfs.rest.adapters import DOCUMENTS, PLAIN
from serve_app.protocols.tfs.rest.plain_rows import Row, read_plain_rows
from serve_app.protocols.tfs.rest.predict_request import read_predict_body
from tests.serve_app.predictor.asking import (
    Manage,
    Publish,
    alone,
    ask,
    ask_columns,
    ask_message,
    calls,
    iris_rows,
    run,
)


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
