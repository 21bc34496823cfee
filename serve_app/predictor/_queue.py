"""One queue of requests that may share a model call: of one model, version asked for, signature."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from serve_app.errors import DeadlineExceededError, InternalError, ServeAppError
from serve_app.kinds.servable import Tensors
from serve_app.kinds.traits import CallTraits
from serve_app.predictor._batch import Batch, end, has_rows, read
from serve_app.predictor._lease import Lease
from serve_app.predictor.request import Query, Request

if TYPE_CHECKING:
    from serve_app.predictor.predictor import Predictor

_log = logging.getLogger(__name__)
_GRACE_S = 0.05
"""How long a model call that has reached its time limit may take to say so in its own words."""


class Queue:
    """Gathers what has arrived and runs it in one call; a request alone does not wait.

    What arrives in one turn of the event loop, or while all threads are busy, is one batch. Which
    version answers is decided per batch, so no batch mixes two. A request alone runs its model
    once; a batch that fails is taken apart once, so that each of its requests runs once more.
    Used in one thread, the loop's.
    """

    def __init__(self, predictor: Predictor, query: Query, loop: asyncio.AbstractEventLoop) -> None:
        self._predictor = predictor
        self._query = query
        self._loop = loop
        self._limits = predictor.limits
        self._pending: deque[Request[Any]] = deque()
        self._running: dict[asyncio.Task[None], Batch] = {}
        self._is_scheduled = False
        self._last: Lease | None = None
        self._traits: CallTraits | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_s = 0.0

    @property
    def is_idle(self) -> bool:
        return not self._pending and not self._running

    def submit(self, request: Request[Any]) -> None:
        """Puts a request into the next batch; it hears of the end by its own methods."""
        self._pending.append(request)
        if self._is_busy:
            self._answer_by(request.deadline_s)
        elif not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._flush)

    @property
    def _is_busy(self) -> bool:
        return len(self._running) >= self._limits.threads

    def _flush(self) -> None:
        self._is_scheduled = False
        while self._pending and not self._is_busy:
            if requests := self._take():
                self._begin(requests)
        if self._pending:
            self._answer_by(min(request.deadline_s for request in self._pending))

    def _take(self) -> list[Request[Any]]:
        taken: list[Request[Any]] = []
        rows, most = 0, self._limits.max_rows
        if self._traits is not None and not self._traits.row_width:
            most = min(most, self._traits.shared_rows)
        while self._pending:
            request = self._pending[0]
            if request.is_over:
                self._pending.popleft()
                continue
            rows += request.rows or 1
            if taken and rows > most:
                break
            taken.append(self._pending.popleft())
        return taken

    def _begin(self, requests: list[Request[Any]]) -> None:
        """Answers requests before it returns, or starts tasks that do."""
        try:
            lease = self._last = self._predictor.lease(self._query, self._last)
        except ServeAppError as error:
            for request in requests:
                end(request, error=error)
            return
        except Exception:  # noqa: BLE001 - whoever waits must hear of an end, whatever happens
            self._broken(requests)
            return
        lease.retain()
        try:
            for batch in read(lease, requests):
                self._traits = batch.traits
                if len(batch.requests) == 1:
                    self._run(batch)
                    continue
                for piece in batch.pieces(self._limits.max_rows):
                    self._run(piece)
        except Exception:  # noqa: BLE001 - as above
            self._broken(requests)
        finally:
            lease.release()

    def _run(self, batch: Batch) -> None:
        traits = batch.traits
        if traits.bounded and traits.pace.expected_s(batch.size) <= self._limits.quick_s:
            try:
                outputs = batch.lease.compute_here(
                    batch.call, batch.inputs, len(batch.requests), traits.pace
                )
            except ServeAppError as error:
                self._failed(batch, error)
            else:
                self._computed(batch, outputs)
            return
        batch.lease.retain()
        task = self._loop.create_task(self._in_thread(batch))
        self._running[task] = batch
        task.add_done_callback(self._ended)
        self._answer_by(min(request.deadline_s for request in batch.requests))

    async def _in_thread(self, batch: Batch) -> None:
        try:
            if batch.is_over:
                return
            compute = batch.lease.computed_by(
                batch.call, batch.inputs, len(batch.requests), self._until_s(batch),
                batch.traits.pace,
            )  # fmt: skip
            outputs = await self._predictor.executor.run(compute)
        except ServeAppError as error:
            self._failed(batch, error)
        except Exception:  # noqa: BLE001 - as above
            self._broken(batch.requests)
        else:
            self._computed(batch, outputs)
        finally:
            batch.lease.release()

    def _until_s(self, batch: Batch) -> float:
        """When to give a call up: in company in time for each request to be computed alone."""
        if batch.until_s is not None:
            return batch.until_s
        until_s = min(request.deadline_s for request in batch.requests)
        if len(batch.requests) == 1:
            return until_s
        now_s = monotonic()
        return now_s + (until_s - now_s) / 2

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._flush()

    def _computed(self, batch: Batch, outputs: Tensors) -> None:
        if len(batch.requests) > 1 and not has_rows(outputs, sum(batch.counts)):
            why = "its outputs do not have a row for each row of the inputs"
            batch.lease.stop_sharing(batch.call, batch.traits, why)
            self._take_apart(batch)
            return
        try:
            batch.answer(outputs)
        except Exception:  # noqa: BLE001 - as above
            self._broken(batch.requests)

    def _failed(self, batch: Batch, error: ServeAppError) -> None:
        if len(batch.requests) == 1:
            batch.fail(error)
            return
        # Each alone: none may fail, or wait, for a fault of its neighbour.
        self._take_apart(batch, is_late=isinstance(error, DeadlineExceededError))

    def _take_apart(self, batch: Batch, *, is_late: bool = False) -> None:
        """Computes each request alone; after a call that did not end, none waits for another.

        Then the one that must be answered first begins, and each has its share of its own time.
        """
        alone = list(batch.each_alone())
        now_s = monotonic()
        if is_late:
            alone.sort(key=lambda each: each.requests[0].deadline_s)
            for number, each in enumerate(alone, 1):
                left_s = each.requests[0].deadline_s - now_s
                each.until_s = now_s + left_s * number / len(alone)
        for each in alone:
            if not each.is_over:
                self._run(each)

    def _broken(self, requests: Sequence[Request[Any]]) -> None:
        _log.exception("%d requests for %s failed", len(requests), self._query)
        for request in requests:
            end(request, error=InternalError("Internal error, see the server's log"))

    # -- deadlines

    def _answer_by(self, deadline_s: float) -> None:
        """Sees to it that a request is answered by its deadline, whatever its model does."""
        if self._timer is not None:
            if self._timer_s <= deadline_s:
                return
            self._timer.cancel()
        self._timer_s = deadline_s
        wait_s = max(0.0, deadline_s - monotonic()) + _GRACE_S
        self._timer = self._loop.call_later(wait_s, self._expire)

    def _expire(self) -> None:
        self._timer = None
        now_s, next_s = monotonic(), float("inf")
        running = [request for batch in self._running.values() for request in batch.requests]
        for request in (*running, *self._pending):
            if request.is_over:
                continue
            if request.deadline_s <= now_s:
                end(request, error=DeadlineExceededError("Timed out waiting for the model"))
            else:
                next_s = min(next_s, request.deadline_s)
        if next_s < float("inf"):
            self._answer_by(next_s)
