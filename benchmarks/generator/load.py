"""What one measurement of the load gave, and how it is asked for."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A load: closed loop, each connection sends as soon as it has its answer.

    Attributes:
        host: IPv4 address of the server.
        port: Its port.
        path: Of the request.
        body: Of the request; of a gRPC request the message.
        connections: How many.
        duration_s: For how long.
    """

    host: str
    port: int
    path: str
    body: bytes
    connections: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class Load:
    """What came back.

    Attributes:
        requests: Answered with success.
        errors: Answered otherwise, or not at all.
        duration_s: Between the first request and the last answer.
        p50_ms: Median latency of the successes.
        p99_ms: 99th percentile.
        cpu_s: CPU seconds of the generator itself.
    """

    requests: int
    errors: int
    duration_s: float
    p50_ms: float
    p99_ms: float
    cpu_s: float

    @classmethod
    def of(cls, took_s: list[float], errors: int, duration_s: float, cpu_s: float) -> Load:
        """Returns the load of successes that took so many seconds each."""
        ordered_s = sorted(took_s)
        p50_ms, p99_ms = percentile_ms(ordered_s, 0.50), percentile_ms(ordered_s, 0.99)
        return cls(len(took_s), errors, duration_s, p50_ms, p99_ms, cpu_s)


def percentile_ms(took_s: list[float], share: float) -> float:
    """Returns a percentile of sorted latencies, in milliseconds; 0 where there are none."""
    if not took_s:
        return 0.0
    return 1000 * took_s[min(len(took_s) - 1, int(share * len(took_s)))]


def answer(run: Callable[[Question], Load]) -> None:
    """Reads a question as JSON from stdin and writes the load that `run` has made."""
    asked = json.load(sys.stdin)
    asked["body"] = base64.b64decode(asked["body"])
    json.dump(asdict(run(Question(**asked))), sys.stdout)
