"""Measures what clients feel of a swap: latency of predictions while new versions take over.

    python -m benchmarks.swap_latency [--seconds 20] [--export FOLDER]

The REST application runs on a listener of its own in a child process; two clients here ask it one
after another. First nothing changes; then a new version is published every two seconds. Prints the
percentiles of both phases and their ratios; the exit code is 1 if any request failed.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks._example_export import write_example_export

_MODEL = "swapped"
_CLIENTS = 2
_SWAP_EVERY_S = 2.0
_PERCENTILES = (50, 90, 99, 99.9)
_BODY = json.dumps({"instances": [1.0, 2.0, 3.0]}).encode()


def main() -> int:
    """Runs the benchmark and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=20, help="length of each phase")
    parser.add_argument("--export", type=Path, help="a SavedModel; default: one with 8 MB weights")
    parser.add_argument("--body", type=Path, help="a predict body for that model, as JSON")
    given = parser.parse_args()
    body = given.body.read_bytes() if given.body else _BODY
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "root"
        export = given.export or Path(name) / "export"
        if given.export is None:
            write_example_export(export)
        publish(export, root, 1)
        with served(root) as port:
            load(port, body, min(5, given.seconds))  # connections, caches
            calm, failed_calm = load(port, body, given.seconds)
            with swapping(export, root) as swaps:
                swapped, failed = load(port, body, given.seconds)
    report(calm, swapped, len(swaps), failed_calm + failed)
    return int(failed_calm + failed > 0)


def report(calm: list[float], swapped: list[float], swaps: int, failed: int) -> None:
    """Prints both phases beside each other; times in milliseconds."""
    print(f"{swaps} swaps, {len(calm)} + {len(swapped)} requests, {failed} failed")
    for percent in _PERCENTILES:
        before, during = percentile(calm, percent) * 1e3, percentile(swapped, percent) * 1e3
        print(f"p{percent:<5g} calm {before:8.2f} ms   swapping {during:8.2f} ms   "
              f"ratio {during / before:5.2f}")  # fmt: skip


def percentile(values: list[float], percent: float) -> float:
    """Returns the smallest value that `percent` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def load(port: int, body: bytes, seconds: float) -> tuple[list[float], int]:
    """Returns the latencies in seconds of `_CLIENTS` closed loops, and how many answers failed."""
    latencies: list[float] = []
    failures: list[int] = []
    end_s = time.monotonic() + seconds

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while (started_s := time.monotonic()) < end_s:
            connection.request("POST", f"/v1/models/{_MODEL}:predict", body)
            answer = connection.getresponse()
            answer.read()
            latencies.append(time.monotonic() - started_s)
            if answer.status != 200:
                failures.append(answer.status)
        connection.close()

    clients = [threading.Thread(target=ask) for _ in range(_CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return latencies, len(failures)


@contextmanager
def swapping(export: Path, root: Path) -> Iterator[list[int]]:
    """Publishes a new version again and again; yields the growing list of their numbers."""
    stop, versions = threading.Event(), list[int]()

    def swap() -> None:
        while not stop.wait(_SWAP_EVERY_S):
            versions.append(len(versions) + 2)
            publish(export, root, versions[-1])

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield versions
    finally:
        stop.set()
        thread.join()


def publish(export: Path, root: Path, version: int) -> None:
    """Copies the export to its place, complete at once."""
    incoming = root / _MODEL / ".incoming"
    shutil.copytree(export, incoming)
    incoming.rename(root / _MODEL / str(version))


@contextmanager
def served(root: Path) -> Iterator[int]:
    """Runs the REST application in a child process and yields its port."""
    ours, theirs = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    child = spawn.Process(target=_serve, args=(root, theirs))
    child.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        child.join()


def _serve(root: Path, parent: Connection) -> None:
    import uvicorn

    from serve_app.kinds.tensorflow.threads import prepare_environment
    from serve_app.lifecycle.manager import ServableManager
    from serve_app.predictor import Admission, Executor, Predictor
    from serve_app.protocols.registry import http_protocols
    from serve_app.settings import RepositorySettings, TensorFlowSettings
    from serve_app.transports.http.app import HttpApp

    prepare_environment(1)
    manager = ServableManager(
        RepositorySettings(root=root, poll_wait_s=0.2), TensorFlowSettings(threads=1)
    )
    manager.start()
    manager.wait_until_settled(120)
    executor = Executor(1)
    app = HttpApp(http_protocols(Predictor(manager, executor), Admission(64, 1)), 1 << 20)
    config = uvicorn.Config(app, port=0, log_level="warning")
    listener = config.bind_socket()
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    parent.send(listener.getsockname()[1])
    parent.recv()
    server.should_exit = True
    thread.join()
    manager.close()
    executor.close()


if __name__ == "__main__":
    sys.exit(main())
