"""The gRPC generator: calls of PredictionService.Predict, each waiting for its answer.

Run as `python -m benchmarks.generator.grpc_loop`, as `closed_loop` is.
"""

from __future__ import annotations

import asyncio
import resource
from time import perf_counter

import grpc

from benchmarks.generator.load import Load, Question, answer

_MOST_CHANNELS = 8


async def run(question: Question) -> Load:
    """Loads a server and returns what came back."""
    options = [("grpc.use_local_subchannel_pool", 1)]  # or all channels share one connection
    count = min(_MOST_CHANNELS, question.connections)
    target = f"{question.host}:{question.port}"
    channels = [grpc.aio.insecure_channel(target, options) for _ in range(count)]
    calls = [channel.unary_unary(question.path) for channel in channels]
    took_s: list[float] = []
    errors = 0
    before = resource.getrusage(resource.RUSAGE_SELF)
    begin_s = perf_counter()
    until_s = begin_s + question.duration_s

    async def loop(number: int) -> None:
        nonlocal errors
        call = calls[number % count]
        while (started_s := perf_counter()) < until_s:
            try:
                await call(question.body, timeout=30)
            except grpc.aio.AioRpcError:
                errors += 1
            else:
                took_s.append(perf_counter() - started_s)

    await asyncio.gather(*map(loop, range(question.connections)))
    ended_s = perf_counter()
    after = resource.getrusage(resource.RUSAGE_SELF)
    for channel in channels:
        await channel.close()
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Load.of(took_s, errors, ended_s - begin_s, cpu_s)


if __name__ == "__main__":
    answer(lambda question: asyncio.run(run(question)))
