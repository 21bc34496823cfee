"""What one measurement of the load gave, and how it is asked for."""

from __future__ import annotations

from dataclasses import dataclass


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
