"""One call of a model on a batch of tf.Examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from serve_app.protocols.tfs.examples.batch import example_batch
from serve_app.protocols.tfs.examples.plan import Plan
from serve_app.protocols.tfs.examples.result import Result


class ExampleModel(Protocol):
    """A loaded version that is held for the time of one request."""

    async def run_tensors(
        self, feeds: Mapping[str, np.ndarray], fetches: Sequence[str]
    ) -> dict[str, np.ndarray]:
        """Returns the graph's tensors `fetches` by tensor name, with `feeds` by tensor name."""


@dataclass(frozen=True, slots=True)
class ExampleInput:
    """The examples of one request, serialized.

    Attributes:
        examples: One serialized `tensorflow.Example` each.
        context: A serialized Example whose features all share; empty where there is none.
    """

    examples: Sequence[bytes]
    context: bytes = b""


async def infer(model: ExampleModel, plan: Plan, request: ExampleInput) -> list[Result]:
    """Returns one result per form of `plan`, from one call of the model.

    Raises:
        InvalidArgumentError: There is no example, or an output is not what its method gives.
        ServeAppError: The model failed, with TensorFlow's code and text.
    """
    batch = example_batch(request.examples, request.context)
    tensors = await model.run_tensors(plan.feeds(batch), plan.fetches)
    return plan.results(tensors, len(batch))
