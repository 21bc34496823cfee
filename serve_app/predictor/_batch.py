"""Requests on their way through one model call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from serve_app.errors import ServeAppError
from serve_app.kinds.servable import Call, Tensors
from serve_app.kinds.traits import CallTraits
from serve_app.predictor._lease import Lease
from serve_app.predictor.request import Adapter, Outcome, Request


class Batch:
    """Requests whose rows are read, for the same call of the same version.

    Args:
        requests: In the order of their rows.
        counts: How many rows each has; 0 of a single request whose tensors are no rows.
        inputs: One tensor per input alias, with the rows of all.
    """

    __slots__ = ("call", "counts", "inputs", "lease", "requests", "traits", "until_s")

    def __init__(
        self,
        lease: Lease,
        call: Call,
        traits: CallTraits,
        requests: Sequence[Request[Any]],
        counts: list[int],
        inputs: Tensors,
    ) -> None:
        self.lease = lease
        self.call = call
        self.traits = traits
        self.requests = requests
        self.counts = counts
        self.inputs = inputs
        self.until_s: float | None = None

    @property
    def size(self) -> int:
        """How large a call is: its rows, or the longest tensor where there are none."""
        rows = sum(self.counts)
        if rows:
            return rows
        return max((len(array) for array in self.inputs.values() if array.ndim), default=1)

    def pieces(self, most_rows: int) -> Iterator[Batch]:
        """Yields the batches, in order, whose requests may share one call each."""
        if self._can_share(self.counts, most_rows):
            yield self
            return
        begin = first = 0
        for last, rows in enumerate(self.counts):
            if last > first and not self._can_share([*self.counts[first:last], rows], most_rows):
                yield self._part(first, last, begin)
                begin += sum(self.counts[first:last])
                first = last
        yield self._part(first, len(self.counts), begin)

    def _can_share(self, counts: list[int], most_rows: int) -> bool:
        is_small = len(counts) == 1 or sum(counts) <= most_rows
        return is_small and self.traits.can_share(counts)

    def each_alone(self) -> Iterator[Batch]:
        begin = 0
        for index, rows in enumerate(self.counts):
            yield self._part(index, index + 1, begin)
            begin += rows

    def _part(self, first: int, last: int, begin: int) -> Batch:
        counts = self.counts[first:last]
        end = begin + sum(counts)
        inputs = {alias: array[begin:end] for alias, array in self.inputs.items()}
        return Batch(self.lease, self.call, self.traits, self.requests[first:last], counts, inputs)

    def answer(self, outputs: Tensors) -> None:
        """Gives each request its answer, or the error of writing it."""
        version = self.lease.version.number
        groups = by_adapter(self.requests)
        if len(groups) == 1:
            _write(*groups[0], self.counts, Outcome(outputs, self.call, version))
            return
        begin = first = 0
        for adapter, requests in groups:
            counts = self.counts[first : first + len(requests)]
            end = begin + sum(counts)
            mine = {alias: array[begin:end] for alias, array in outputs.items()}
            _write(adapter, requests, counts, Outcome(mine, self.call, version))
            begin, first = end, first + len(requests)

    def fail(self, error: Exception) -> None:
        for request in self.requests:
            end(request, error=error)

    @property
    def is_over(self) -> bool:
        return all(request.is_over for request in self.requests)


def _write(
    adapter: Adapter[Any, Any],
    requests: Sequence[Request[Any]],
    counts: Sequence[int],
    outcome: Outcome,
) -> None:
    try:
        answers = adapter.write([request.payload for request in requests], counts, outcome)
    except ServeAppError as error:
        if len(requests) == 1:
            end(requests[0], error=error)
            return
    else:
        for request, answer in zip(requests, answers, strict=True):
            end(request, answer)
        return
    begin = 0
    for request, rows in zip(requests, counts, strict=True):
        mine = {alias: array[begin : begin + rows] for alias, array in outcome.outputs.items()}
        _write(adapter, [request], [rows], Outcome(mine, outcome.call, outcome.version))
        begin += rows


def end(request: Request[Any], answer: object = None, error: Exception | None = None) -> None:
    """Gives a request its answer or its error, unless it is over."""
    if request.is_over:
        return
    request.is_over = True
    if error is None:
        request.answered(answer)
    else:
        request.failed(error)


def by_adapter(
    requests: Sequence[Request[Any]],
) -> list[tuple[Adapter[Any, Any], Sequence[Request[Any]]]]:
    """Returns requests that stand together and have one adapter, in order."""
    first = requests[0].adapter
    for request in requests:
        if request.adapter is not first:
            groups = groupby(requests, lambda request: request.adapter)
            return [(adapter, list(group)) for adapter, group in groups]
    return [(first, requests)]  # the usual case, quickly


def read(lease: Lease, requests: Sequence[Request[Any]]) -> list[Batch]:
    """Returns the batches that requests make, read; those that cannot be read hear of it.

    Requests of several adapters go together where their calls and the form of their rows agree.
    """
    batches: list[Batch] = []
    for adapter, group in by_adapter(requests):
        try:
            call, traits = lease.call(adapter)
        except ServeAppError as error:
            for request in group:
                end(request, error=error)
            continue
        counts = [request.rows for request in group]
        if traits.row_width and not traits.shared_rows and max(counts) > 1:
            # Those of one row first: only they may share a call.
            group = sorted(group, key=lambda request: request.rows != 1)  # noqa: PLW2901
            counts = [request.rows for request in group]
        if all(counts):
            inputs = adapter.merge([request.payload for request in group], call)
            if inputs is not None:
                batches.append(Batch(lease, call, traits, group, counts, inputs))
                continue
        for request in group:
            try:
                inputs = adapter.read(request.payload, call)
            except ServeAppError as error:
                end(request, error=error)
            else:
                count = _row_count(inputs)
                batches.append(Batch(lease, call, traits, [request], [count], inputs))
    return _joined(batches) if len(batches) > 1 else batches


def _row_count(inputs: Tensors) -> int:
    """Returns the size that all tensors share in their first dimension, 0 without one."""
    sizes = {len(array) if array.ndim else 0 for array in inputs.values()}
    return sizes.pop() if len(sizes) == 1 else 0


def _joined(batches: list[Batch]) -> list[Batch]:
    """Returns the batches with those in one whose rows have the same form."""
    by_form: dict[object, list[Batch]] = {}
    for number, batch in enumerate(batches):
        form: object = number
        if all(batch.counts):
            tensors = sorted(batch.inputs.items())
            rows = tuple((alias, array.dtype, array.shape[1:]) for alias, array in tensors)
            form = (batch.call.signature.name, batch.call.outputs, rows)
        by_form.setdefault(form, []).append(batch)
    return [_one(same) if len(same) > 1 else same[0] for same in by_form.values()]


def _one(batches: list[Batch]) -> Batch:
    first = batches[0]
    return Batch(
        first.lease,
        first.call,
        first.traits,
        [request for batch in batches for request in batch.requests],
        [rows for batch in batches for rows in batch.counts],
        {a: np.concatenate([batch.inputs[a] for batch in batches]) for a in first.inputs},
    )


def has_rows(outputs: Tensors, rows: int) -> bool:
    """Tells whether there is a row for each row of the inputs."""
    return all(array.ndim and len(array) == rows for array in outputs.values())
