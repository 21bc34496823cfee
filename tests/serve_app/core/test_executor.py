"""Model calls off the event loop."""

from __future__ import annotations

import asyncio
import threading

from serve_app.core.executor import Executor


def test_a_slow_call_does_not_stall_the_event_loop() -> None:
    """The loop turns while the call waits for something that only the loop can do."""
    executor = Executor(1)
    released = threading.Event()

    async def scenario() -> bool:
        asyncio.get_running_loop().call_soon(released.set)
        return await executor.run(lambda: released.wait(10))

    assert asyncio.run(scenario())
    executor.close()


def test_a_failing_call_raises_where_it_was_awaited() -> None:
    """Errors cross the threads."""
    executor = Executor(1)

    async def scenario() -> str:
        try:
            await executor.run(lambda: 1 // 0)
        except ZeroDivisionError:
            return "raised"
        return "lost"

    assert asyncio.run(scenario()) == "raised"
    executor.close()
