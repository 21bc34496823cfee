"""The whole service as a user starts it: a process tree of its own, on free ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from foundation.free_ports import free_ports
from serve_app.launcher._leftovers import RUN_DIR_VARIABLE, processes_of, sweep

START_TIMEOUT_S = 180


@dataclass(frozen=True)
class RunningService:
    """A started service.

    Attributes:
        process: The process that a user would see in front.
        root: Its model repository.
        port: Its public port.
        grpc_port: Its public gRPC port.
        announced: What it printed when it was ready.
    """

    process: subprocess.Popen[str]
    root: Path
    port: int
    grpc_port: int
    announced: Mapping[str, Any]

    def family(self) -> list[int]:
        """Returns the ids of all living processes that descend from the service."""
        (child,) = children(self.process.pid)
        environ = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        value = next(v for v in environ if v.startswith(RUN_DIR_VARIABLE.encode()))
        return processes_of(Path(os.fsdecode(value.partition(b"=")[2])))

    def replica_pids(self) -> list[int]:
        """Returns the ids of the replica processes."""
        return [pid for pid in self.family() if b"ray::ServeReplica" in command_line(pid)]

    def replicas(self) -> int:
        """Returns how many replica processes run."""
        return len(self.replica_pids())


def children(pid: int) -> list[int]:
    """Returns the ids of the direct children of a process."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def command_line(pid: int) -> bytes:
    """Returns the command line of a process, empty once it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def alive(pids: list[int]) -> list[int]:
    """Returns those of `pids` that still run; a zombie does not."""
    running = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            running.append(pid)
    return running


def eventually(condition: Callable[[], bool], timeout_s: float = 180) -> None:
    """Waits until `condition` holds; fails after `timeout_s`."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "never became true"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., None]:
    """`eventually`, for tests (test modules cannot import from here)."""
    return eventually


@pytest.fixture(scope="session")
def still_alive() -> Callable[[list[int]], list[int]]:
    """`alive`, for tests."""
    return alive


@contextmanager
def started(
    root: Path, settings: Mapping[str, object], environment: Mapping[str, str] = os.environ
) -> Iterator[RunningService]:
    """Starts `bqml-serve serve` and waits for its announcement; kills what is left at the end."""
    arguments = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    port, grpc_port = free_ports(2)
    command = [sys.executable, "-m", "serve_app", "serve", "--json", "--root", str(root)]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--grpc-port", str(grpc_port), *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, "the service ended before it was ready"
        yield RunningService(process, root, port, grpc_port, json.loads(line))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(START_TIMEOUT_S)
        process.stdout.close()


@pytest.fixture(scope="session")
def start_service() -> Callable[..., Any]:
    """`started`, for tests that want settings of their own, or break what they have."""
    return started


@contextmanager
def ray_serve_run(arguments: list[str], cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Runs Ray's own `serve run`, isolated; ends it and whatever it left behind."""
    run_dir = Path(tempfile.mkdtemp(prefix="bqml-test-"))
    environment = {**os.environ, RUN_DIR_VARIABLE: str(run_dir), "RAY_ADDRESS": "local"}
    command = [sys.executable, "-m", "ray.serve.scripts", "run", *arguments]
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        sweep(run_dir)
        process.wait(START_TIMEOUT_S)


@pytest.fixture(scope="session")
def serve_run() -> Callable[..., Any]:
    """`ray_serve_run`, for tests."""
    return ray_serve_run
