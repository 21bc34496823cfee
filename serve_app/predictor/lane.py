"""One queue of requests that may share a model call: same model, version asked for, signature."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Generic, TypeAlias

import numpy as np

from serve_app.errors import ServeAppError
from serve_app.predictor.form import A, Form, Q, Waiting

if TYPE_CHECKING:
    from serve_app.predictor.model_spec import ModelSpec
    from serve_app.predictor.predictor import Call, Predictor

_log = logging.getLogger(__name__)
Tensors: TypeAlias = Mapping[str, np.ndarray]


class Lane(Generic[Q, A]):
    """Gathers what has arrived and runs it in one call; a request alone does not wait.

    What arrives in one turn of the event loop, or while all threads are busy, is one batch. Which
    version answers is decided per batch, so no batch mixes two. Used in one thread, the loop's.

    Args:
        predictor: The models.
        spec: The model asked for.
        signature_name: Empty means `serving_default`.
        form: Reads the requests and writes the answers.
        loop: Where everything but the model runs.
    """

    def __init__(
        self,
        predictor: Predictor,
        spec: ModelSpec,
        signature_name: str,
        form: Form[Q, A],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._predictor = predictor
        self._spec = spec
        self._signature_name = signature_name
        self._form = form
        self._loop = loop
        self._pending: deque[Waiting[Q, A]] = deque()
        self._is_scheduled = False
        self._last: Call | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, waiting: Waiting[Q, A]) -> None:
        """Puts a request into the next batch; it hears of the end by its own methods."""
        self._pending.append(waiting)
        if not self._is_scheduled and len(self._tasks) < self._predictor.limits.threads:
            self._is_scheduled = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._is_scheduled = False
        while self._pending and len(self._tasks) < self._predictor.limits.threads:
            if batch := self._take():
                self._answer(batch)

    def _take(self) -> list[Waiting[Q, A]]:
        batch: list[Waiting[Q, A]] = []
        rows, most = 0, self._predictor.limits.max_rows
        if self._last is not None and self._last.shared_rows:
            most = min(most, self._last.shared_rows)
        while self._pending:
            waiting = self._pending[0]
            if waiting.cancelled:
                self._pending.popleft()
                continue
            rows += waiting.rows
            if batch and rows > most:
                break
            batch.append(self._pending.popleft())
        return batch

    def _answer(self, batch: Sequence[Waiting[Q, A]]) -> None:
        """Answers a batch before it returns, or starts a task that does."""
        try:
            call = self._predictor.hold(self._spec, self._signature_name, self._last)
        except ServeAppError:
            self._leave(batch)
            return
        self._last = call
        counts = [waiting.rows for waiting in batch]
        if not call.can_share(counts):
            with call:
                self._regroup(batch, call.row_width)
        elif call.is_quick(sum(counts)):
            with call:
                outputs = self._outputs(call, batch, counts)
            self._finish(batch, call, outputs)
        elif self._form.quick_only:
            with call:
                self._leave(batch)
        else:
            task = self._loop.create_task(self._in_thread(batch, call, counts))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _leave(self, batch: Sequence[Waiting[Q, A]]) -> None:
        for waiting in batch:
            if not waiting.cancelled:
                waiting.left()

    def _regroup(self, batch: Sequence[Waiting[Q, A]], row_width: int) -> None:
        """Answers a batch that is none: single rows together, where they may be, others alone."""
        singles = [waiting for waiting in batch if waiting.rows == 1 and row_width > 1]
        for begin in range(0, len(singles), row_width or 1):
            self._answer(singles[begin : begin + row_width])
        for waiting in batch:
            if waiting.rows > 1 or row_width <= 1:
                self._answer([waiting])

    def _outputs(
        self, call: Call, batch: Sequence[Waiting[Q, A]], counts: Sequence[int]
    ) -> Tensors | None:
        """Returns the outputs for all rows of the batch; None if they cannot be had together."""
        try:
            inputs = self._form.merge([waiting.request for waiting in batch], call.signature)
            return None if inputs is None else call.run_here(inputs, counts)
        except ServeAppError:
            return None
        except Exception:  # noqa: BLE001 - whoever waits must hear of an end, whatever happens
            _log.exception("a batch of %d requests failed", len(batch))
            return None

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._flush()

    async def _in_thread(
        self, batch: Sequence[Waiting[Q, A]], call: Call, counts: Sequence[int]
    ) -> None:
        outputs = None
        try:
            with call:
                inputs = self._form.merge([waiting.request for waiting in batch], call.signature)
                outputs = None if inputs is None else await call.run(inputs, counts)
        except ServeAppError:
            pass
        except Exception:  # noqa: BLE001 - as above
            _log.exception("a batch of %d requests failed", len(batch))
        self._finish(batch, call, outputs)

    def _finish(self, batch: Sequence[Waiting[Q, A]], call: Call, outputs: Tensors | None) -> None:
        answers = None if outputs is None else self._answers(batch, call, outputs)
        if answers is not None:
            for waiting, answer in zip(batch, answers, strict=True):
                if not waiting.cancelled:
                    waiting.answered(answer)
        elif len(batch) == 1:
            self._leave(batch)
        else:
            # Each alone: none may fail, or wait, for a fault of its neighbour.
            for waiting in batch:
                self._answer([waiting])

    def _answers(
        self, batch: Sequence[Waiting[Q, A]], call: Call, outputs: Tensors
    ) -> Sequence[A] | None:
        counts = [waiting.rows for waiting in batch]
        if len(batch) > 1 and not _has_rows(outputs, sum(counts)):
            call.stop_sharing("its outputs do not have a row for each row of the inputs")
            return None
        try:
            return self._form.split(outputs, counts, call.signature, call.version.number)
        except ServeAppError:
            return None
        except Exception:  # noqa: BLE001 - as above
            _log.exception("the answers to %d requests could not be written", len(batch))
            return None


def _has_rows(outputs: Tensors, rows: int) -> bool:
    return all(array.ndim and len(array) == rows for array in outputs.values())
