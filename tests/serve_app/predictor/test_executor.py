"""Model calls off the event loop."""

from __future__ import annotations

import asyncio
import threading

from serve_app.predictor import Executor


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


def test_a_running_call_is_waited_for_when_its_caller_gives_up() -> None:
    """What it uses is not let go under its hands."""
    executor = Executor(1)
    started, release, ended = threading.Event(), threading.Event(), threading.Event()

    def call() -> None:
        started.set()
        release.wait(10)
        ended.set()

    async def scenario() -> bool:
        task = asyncio.create_task(executor.run(call))
        await asyncio.to_thread(started.wait, 10)
        task.cancel()
        asyncio.get_running_loop().call_later(0.05, release.set)
        await asyncio.wait([task])
        return task.cancelled() and ended.is_set()

    assert asyncio.run(scenario())
    executor.close()


def test_a_waiting_call_is_dropped_when_its_caller_gives_up() -> None:
    """It never runs, and nobody waits for it."""
    executor = Executor(1)
    release, ran = threading.Event(), threading.Event()

    async def scenario() -> None:
        first = asyncio.create_task(executor.run(lambda: release.wait(10)))
        second = asyncio.create_task(executor.run(ran.set))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.wait([second])
        release.set()
        await first

    asyncio.run(scenario())
    executor.close()
    assert not ran.is_set()
