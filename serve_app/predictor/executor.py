"""Runs model calls off the event loop, a bounded number at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Executor:
    """A pool of threads for model calls.

    A model call releases Python's lock while TensorFlow computes, so a thread keeps a slow model
    from stalling the event loop, health checks and all other requests.

    Args:
        threads: Model calls at a time.
    """

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="model-call")

    async def run(self, call: Callable[[], T]) -> T:
        """Returns what `call` returns, once a thread was free to run it.

        Where the caller gives up, a call that still waits is dropped. One that runs cannot be
        stopped: its end is waited for, as it uses what the caller may now let go.
        """
        running = self._pool.submit(call)
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            if not running.cancelled():
                await asyncio.wait([asyncio.wrap_future(running)])
            raise

    def close(self) -> None:
        self._pool.shutdown()
