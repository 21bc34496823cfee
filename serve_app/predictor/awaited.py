"""A request in a lane, for callers that can await."""

from __future__ import annotations

import asyncio
from typing import Generic

from serve_app.predictor.form import A, Q
from serve_app.predictor.lane import Lane


class Awaited(Generic[Q, A]):
    """A `Waiting` with a future.

    Args:
        request: What the lane's form reads.
        rows: How many rows it has.
    """

    def __init__(self, request: Q, rows: int) -> None:
        self.request = request
        self.rows = rows
        self.cancelled = False
        self._answer: asyncio.Future[A | None] = asyncio.get_running_loop().create_future()

    async def ask(self, lane: Lane[Q, A]) -> A | None:
        """Returns the lane's answer, None if the exact way has it."""
        lane.submit(self)
        try:
            return await self._answer
        finally:
            self.cancelled = True

    def answered(self, answer: A) -> None:
        """Takes the answer."""
        self._end(answer)

    def left(self) -> None:
        """Is told that there is none."""
        self._end(None)

    def _end(self, answer: A | None) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)
