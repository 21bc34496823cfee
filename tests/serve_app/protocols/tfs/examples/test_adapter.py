"""Inference on tf.Examples with a real model, free of any transport."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from serve_app.errors import InvalidArgumentError, NotFoundError
from serve_app.predictor import Executor, ModelSpec, Predictor, Query
from serve_app.protocols.tfs.examples.adapter import ExamplesAdapter
from serve_app.protocols.tfs.examples.examples import Examples
from serve_app.protocols.tfs.examples.plan import CLASSIFY, REGRESS, Task
from serve_app.protocols.tfs.messages.tf_example import Feature, write_example


def example(**features: float) -> bytes:
    """Returns an Example of float and int64 features."""
    return write_example(
        {k: Feature("int64" if isinstance(v, int) else "float", [v]) for k, v in features.items()}
    )


@pytest.fixture
def predictor(
    publish: Callable[..., Path], manage: Callable[..., Any], examples_export: Path
) -> Iterator[Predictor]:
    """A predictor with the model `examples`, version 4."""
    executor = Executor(1)
    yield Predictor(manage(publish(examples_export, "examples", 4)), executor)
    executor.close()


def run(predictor: Predictor, adapter: ExamplesAdapter, given: Examples, name: str = "") -> Any:
    """Returns the results of one request."""
    query = Query(ModelSpec("examples"), name, api="Classify")
    inferred = asyncio.run(predictor.predict(query, adapter, given))
    assert inferred.version == 4
    return inferred.results


def test_the_context_is_overridden_by_the_example(predictor: Predictor) -> None:
    """Features that an example does not have come from the context."""
    given = Examples([example(), example(x=3.0)], context=example(x=1.0))
    (result,) = run(predictor, ExamplesAdapter(REGRESS), given)
    assert result.values.tolist() == [2.0, 6.0]


def test_several_tasks_are_answered_in_one_call(predictor: Predictor) -> None:
    """One result per task."""
    tasks = [Task("examples", "classes", CLASSIFY), Task("examples", "", REGRESS)]
    given = Examples([example(x=1.0, n=7)])
    labels, values = run(predictor, ExamplesAdapter("", tuple(tasks)), given)
    assert labels.labels.tolist() == [[b"", b"7"]]
    assert values.values.tolist() == [2.0]


@pytest.mark.parametrize(
    ("examples", "words"),
    [
        ([], "Input is empty."),
        ([b"no example"], "Could not parse example input"),
        ([example(x=1)], "Data types don't match. Data type: int64 but expected type: float"),
        ([example(x=1.0), example()], "Feature: x (data type: float) is required but could not be"),
    ],
)
def test_what_the_model_refuses_is_the_clients_fault(
    predictor: Predictor, examples: list[bytes], words: str
) -> None:
    """Code and text are TensorFlow's."""
    with pytest.raises(InvalidArgumentError) as caught:
        run(predictor, ExamplesAdapter(REGRESS), Examples(examples), "regress_strict")
    assert words in str(caught.value)


def test_an_unknown_model_is_not_found(predictor: Predictor) -> None:
    """Before its signatures are looked at."""
    with pytest.raises(NotFoundError, match=r"Latest\(nope\)"):
        asyncio.run(
            predictor.predict(Query(ModelSpec("nope")), ExamplesAdapter(REGRESS), Examples([b""]))
        )


def test_examples_of_several_requests_share_a_call(predictor: Predictor) -> None:
    """Each gets its own values back; a context stays with its own request."""

    async def ask_all() -> list[Any]:
        query, adapter = Query(ModelSpec("examples"), api="Regress"), ExamplesAdapter(REGRESS)
        requests = [Examples([example(x=float(x))] * x, example(x=9.0)) for x in (1, 2, 3)]
        requests.append(Examples([example()], example(x=9.0)))
        asked = [predictor.predict(query, adapter, each) for each in requests]
        results: list[Any] = [each.results[0] for each in await asyncio.gather(*asked)]
        return [result.values.tolist() for result in results]

    assert asyncio.run(ask_all()) == [[2.0], [4.0] * 2, [6.0] * 3, [18.0]]
