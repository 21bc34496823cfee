"""How often a model runs for a request, by when it is answered, and what is let go of."""

from __future__ import annotations

import asyncio
import gc
import json
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serve_app.errors import (
    DeadlineExceededError,
    InternalError,
    InvalidArgumentError,
)
from serve_app.lifecycle.manager import ServableManager
from serve_app.predictor import CallLimits, Executor, ModelSpec, Predictor
from tests.serve_app.predictor.asking import (
    LIMIT_S,
    Manage,
    Publish,
    ask,
    ask_columns,
    ask_message,
    calls,
    iris_rows,
    run,
    runs,
)


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
