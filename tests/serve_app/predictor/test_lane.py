"""Requests that share model calls: order, sizes, faults, versions, cancelled ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from serve_app.predictor.awaited import Awaited
from serve_app.predictor.lane import Lane
from serve_app.predictor.lanes import Lanes
from serve_app.protocols.tfs.rest.rows_form import RowsForm

from serve_app.lifecycle.manager import ServableManager
from serve_app.metrics.family import BATCH_ROWS
from serve_app.predictor.executor import Executor
from serve_app.predictor.limits import CallLimits
from serve_app.predictor.model_spec import ModelSpec
from serve_app.predictor.predictor import Predictor
from serve_app.protocols.tfs.rest.plain_rows import Row
from serve_app.protocols.tfs.rest.predict_request import read_predict_body
from serve_app.protocols.tfs.rest.predict_response import write_predictions

Manage = Callable[..., ServableManager]
Publish = Callable[..., Path]
RowLane = Lane[Sequence[Row], bytes]


@pytest.fixture
def executor() -> Iterator[Executor]:
    """One thread."""
    made = Executor(1)
    yield made
    made.close()


def iris_rows(count: int, seed: int = 0) -> list[Row]:
    """Random flowers."""
    random = np.random.default_rng(seed)
    names = ("petal_length", "petal_width", "sepal_length", "sepal_width")
    return [{name: float(random.random() * 8) for name in names} for _ in range(count)]


def alone(manager: ServableManager, rows: list[Row], model: str = "iris") -> bytes:
    """The exact way's answer: one call of the model as it is, and the exact reader and writer."""
    import json

    version, servable = manager.acquire(ModelSpec(model))
    try:
        signature = servable.signatures["serving_default"]
        body = read_predict_body(json.dumps({"instances": rows}).encode())
        layout, inputs = body.tensors(signature.inputs)
        return write_predictions(layout, servable.run(signature, inputs), signature.outputs)
    finally:
        version.release()


async def ask_all(lane: RowLane, requests: Sequence[Sequence[Row]]) -> list[bytes | None]:
    """The answers to requests that arrive in one turn of the loop."""
    waiting: list[Awaited[Sequence[Row], bytes]] = [Awaited(rows, len(rows)) for rows in requests]
    return list(await asyncio.gather(*(each.ask(lane) for each in waiting)))


def run(
    predictor: Predictor, requests: Sequence[Sequence[Row]], model: str = "iris", name: str = ""
) -> list[bytes | None]:
    """The same in a loop of its own."""

    async def scenario() -> list[bytes | None]:
        lanes: Lanes[Sequence[Row], bytes] = Lanes(
            predictor, RowsForm(), asyncio.get_running_loop()
        )
        lane = lanes.lane(ModelSpec(model), name)
        assert lane is not None
        return await ask_all(lane, requests)

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


def test_a_request_that_the_exact_way_must_see_does_not_harm_its_neighbours(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """A wrong type, a missing feature, a feature too many."""
    manager = manage(publish(iris_export))
    good = iris_rows(6)
    bad: list[Row] = [
        good[0] | {"petal_width": "wide"},
        {"petal_width": 1.0},
        good[0] | {"colour": 1.0},
    ]
    requests = [[good[0]], [bad[0]], [good[1]], [bad[1]], [good[2]], [bad[2]], good]
    answers = run(Predictor(manager, executor), requests)
    expected = [None if rows[0] in bad else alone(manager, rows) for rows in requests]
    assert answers == expected


def test_a_row_that_the_model_refuses_does_not_fail_its_neighbours(
    manage: Manage, publish: Publish, mixed_export: Path, executor: Executor
) -> None:
    """The model asserts that its input is positive."""
    manager = manage(publish(mixed_export, model="mixed"))
    requests: list[list[Row]] = [[{"x": 1}], [{"x": -1}], [{"x": 2}], [{"x": 3}, {"x": 4}]]
    answers = run(Predictor(manager, executor), requests, "mixed", "positive")
    assert answers == [
        b'{"predictions":[1]}', None, b'{"predictions":[2]}', b'{"predictions":[3,4]}',
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["scalar", "uneven"])
def test_outputs_that_are_not_row_by_row_are_never_shared(
    manage: Manage, publish: Publish, mixed_export: Path, executor: Executor, name: str
) -> None:
    """A sum over the batch would mix the clients' numbers: the exact way has the answer."""
    manager = manage(publish(mixed_export, model="mixed"))
    requests: list[list[Row]] = [[{"x": 1.0}], [{"x": 2.0}]]
    answers = run(Predictor(manager, executor), requests, "mixed", name)
    assert answers == [None, None]


def test_unknown_models_and_signatures_are_left_to_the_exact_way(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """It has TensorFlow Serving's words for them."""
    predictor = Predictor(manage(publish(iris_export)), executor)
    assert run(predictor, [iris_rows(1)] * 3, "nothing") == [None] * 3
    assert run(predictor, [iris_rows(1)] * 3, "iris", "nothing") == [None] * 3


def test_clients_cannot_fill_the_memory_with_names(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """There are as many lanes as there may be models, then none."""

    async def scenario() -> None:
        lanes: Lanes[Sequence[Row], bytes] = Lanes(
            Predictor(manage(publish(iris_export)), executor),
            RowsForm(),
            asyncio.get_running_loop(),
        )
        found = [lanes.lane(ModelSpec(f"m{number}"), "") for number in range(1100)]
        assert found[999] is not None
        assert found[1000:] == [None] * 100
        assert lanes.lane(ModelSpec("m7"), "") is found[7]

    asyncio.run(scenario())


def test_a_cancelled_request_is_dropped(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """Its neighbours are answered; nobody computes for it."""
    manager = manage(publish(iris_export))
    predictor = Predictor(manager, executor)

    async def scenario() -> list[bytes | None]:
        lane: RowLane | None = Lanes(predictor, RowsForm(), asyncio.get_running_loop()).lane(
            ModelSpec("iris"), ""
        )
        assert lane is not None
        waiting: list[Awaited[Sequence[Row], bytes]] = [
            Awaited(iris_rows(1, seed), 1) for seed in range(3)
        ]
        tasks = [asyncio.create_task(each.ask(lane)) for each in waiting]
        await asyncio.sleep(0)
        tasks[1].cancel()
        return [answer for answer in await asyncio.gather(*tasks, return_exceptions=True)
                if not isinstance(answer, BaseException)]  # fmt: skip

    answers = asyncio.run(scenario())
    assert answers == [alone(manager, iris_rows(1, seed)) for seed in (0, 2)]
    assert calls(predictor) == 1


class Gone:
    """A request that nobody waits for from the moment at which its batch begins."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._request = rows
        self.rows = len(rows)
        self.cancelled = False
        self.heard = 0

    @property
    def request(self) -> Sequence[Row]:
        """The client goes away while its request is read."""
        self.cancelled = True
        return self._request

    def answered(self, _answer: bytes) -> None:
        """Nobody should hear of it."""
        self.heard += 1

    def left(self) -> None:
        """Nor of this."""
        self.heard += 1


@pytest.mark.parametrize("quick_s", [1.0, 0.0], ids=["in the loop", "in a thread"])
@pytest.mark.parametrize("rows", [iris_rows(1), [{"colour": 1.0}]], ids=["good", "bad"])
def test_nobody_hears_of_a_request_that_was_cancelled_on_its_way(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor,
    quick_s: float, rows: list[Row],
) -> None:  # fmt: skip
    """Neither of its answer nor that there is none; the next one is answered."""
    manager = manage(publish(iris_export))
    predictor = Predictor(manager, executor, limits=CallLimits(quick_s=quick_s))

    async def scenario() -> tuple[int, list[bytes | None]]:
        lane: RowLane | None = Lanes(predictor, RowsForm(), asyncio.get_running_loop()).lane(
            ModelSpec("iris"), ""
        )
        assert lane is not None
        gone = Gone(rows)
        lane.submit(gone)
        await asyncio.sleep(0.01)
        return gone.heard, await ask_all(lane, [iris_rows(1)])

    assert asyncio.run(scenario()) == (0, [alone(manager, iris_rows(1))])


def test_a_batch_has_one_version_and_the_next_one_may_have_another(
    manage: Manage, publish: Publish, iris_export: Path, executor: Executor
) -> None:
    """While versions change under a stream of requests, each answer is whole."""
    manager = manage(publish(iris_export, version=1))
    predictor = Predictor(manager, executor)

    async def scenario() -> set[bytes | None]:
        lane: RowLane | None = Lanes(predictor, RowsForm(), asyncio.get_running_loop()).lane(
            ModelSpec("iris"), ""
        )
        assert lane is not None
        seen: set[bytes | None] = set()
        published = asyncio.create_task(asyncio.to_thread(publish, iris_export, version=2))
        while manager.available()["iris"] != [2]:
            seen.update(await ask_all(lane, [iris_rows(1)] * 5))
            await asyncio.sleep(0.01)
        await published
        return seen | set(await ask_all(lane, [iris_rows(1)] * 5))

    assert asyncio.run(scenario()) == {alone(manager, iris_rows(1))}


def test_no_call_has_more_rows_than_allowed(
    manage: Manage, publish: Publish, mixed_export: Path, executor: Executor
) -> None:
    """A single request may."""
    manager = manage(publish(mixed_export, model="mixed"))
    predictor = Predictor(manager, executor, limits=CallLimits(max_rows=4))
    row: Row = {"x": 1.5}
    answers = run(predictor, [[row] * 3, [row] * 3, [row] * 9], "mixed", "double")
    assert [answer and answer.count(b"3.0") for answer in answers] == [3, 3, 9]
    points: Mapping[Any, Any] = predictor.recorder.snapshot()[BATCH_ROWS.name]
    (numbers,) = points.values()
    assert numbers[-1] == 15
    assert sum(numbers[:-1]) == 3
