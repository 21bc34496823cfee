"""Measures one server under one load."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.comparison.cell import Sample
from benchmarks.comparison.server import Server
from benchmarks.generator.choice import Generator, grpc_generator
from benchmarks.generator.load import Question
from loadtest.errors import TargetError

GRPC_METHOD = "/tensorflow.serving.PredictionService/Predict"


def measure(server: Server, question: Question, generator: Generator) -> Sample:
    """Returns one measurement, after a shorter run that warms the server up.

    Raises:
        TargetError: Not one request was answered with success.
    """
    run = grpc_generator if server.grpc_port else generator
    run(replace(question, duration_s=max(1.0, question.duration_s / 3)))
    before_s = server.processes.usage()[0] if server.processes else 0.0
    load = run(question)
    if not load.requests:
        raise TargetError(f"{server.name}: {load.errors} requests, none was answered with success")
    cpu_us, rss_bytes = None, None
    if server.processes:
        after_s, rss_bytes = server.processes.usage()
        cpu_us = (after_s - before_s) / load.requests * 1e6
    return Sample(
        rps=load.requests / load.duration_s,
        errors=load.errors,
        p50_ms=load.p50_ms,
        p99_ms=load.p99_ms,
        server_cpu_us=cpu_us,
        generator_cpu=load.cpu_s / load.duration_s,
        rss_bytes=rss_bytes,
    )
