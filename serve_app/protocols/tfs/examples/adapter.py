"""How tf.Examples become tensors, and the model's tensors checked results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serve_app.kinds.servable import Call, Tensors
from serve_app.kinds.signature import Signature
from serve_app.predictor import Outcome, Query
from serve_app.protocols.tfs.examples.examples import Examples
from serve_app.protocols.tfs.examples.plan import Plan, Task, multi_plan, single_plan
from serve_app.protocols.tfs.examples.result import Result


@dataclass(frozen=True, slots=True)
class Inferred:
    """The answer to one request on tf.Examples.

    Attributes:
        results: One per task.
    """

    results: Sequence[Result]
    version: int


@dataclass(frozen=True, slots=True)
class ExamplesAdapter:
    """Reads Examples for one method.

    Attributes:
        method: `CLASSIFY` or `REGRESS`.
        tasks: What a multi-inference asks instead; then `method` is empty.
    """

    method: str
    tasks: tuple[Task, ...] = ()

    def call(self, signatures: Mapping[str, Signature], query: Query) -> Plan:
        if self.tasks:
            return multi_plan(signatures, self.tasks)
        return single_plan(signatures, self.method, query.signature_name)

    def merge(self, _payloads: Sequence[Examples], _call: Call) -> None:
        """Each is read by itself."""

    def read(self, payload: Examples, call: Call) -> Tensors:
        assert isinstance(call, Plan)
        return call.inputs(payload.batch())

    def write(
        self, payloads: Sequence[Examples], counts: Sequence[int], outcome: Outcome
    ) -> list[Inferred]:
        assert isinstance(outcome.call, Plan)
        answers, begin = [], 0
        for payload, rows in zip(payloads, counts, strict=True):
            mine = outcome.outputs
            if len(payloads) > 1:
                mine = {alias: array[begin : begin + rows] for alias, array in mine.items()}
                begin += rows
            results = outcome.call.results(mine, len(payload.examples))
            answers.append(Inferred(results, outcome.version))
        return answers
