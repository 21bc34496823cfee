"""A server under measurement: started for it, or there already."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.comparison.command import Command
from benchmarks.comparison.settings import UrlTarget
from loadtest.errors import ServiceError
from loadtest.service.command import last_line
from loadtest.service.process_tree import ProcessTree

_STOP_S = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, and what it runs on.

    Attributes:
        name: In the table.
        host: IPv4 address.
        port: REST port.
        grpc_port: gRPC port, if that is what is measured; else 0.
        processes: Its processes; None where they are not known.
        start_s: Seconds from the start to the first answer; None where it ran already.
    """

    name: str
    host: str
    port: int
    grpc_port: int
    processes: ProcessTree | None
    start_s: float | None


def there_already(target: UrlTarget) -> Server:
    """Returns a server that somebody else has started.

    Raises:
        ServiceError: There is no such process.
    """
    address = urlsplit(target.url)
    if target.pid is not None and not Path(f"/proc/{target.pid}").exists():
        raise ServiceError(f"{target.name}: there is no process {target.pid}")
    processes = ProcessTree(target.pid) if target.pid is not None else None
    return Server(target.name, address.hostname or "", address.port or 80, 0, processes, None)


@contextmanager
def started(
    name: str, command: Command, path: str, body: bytes | None, folder: Path, timeout_s: float
) -> Iterator[Server]:
    """Starts a server, yields it once it has answered, and ends all of its processes.

    Args:
        name: In the table, and of its log.
        command: How it is started.
        path: Of the request that it must answer.
        body: The request; None for a GET.
        folder: For its log.
        timeout_s: Seconds that it may take.

    Raises:
        ServiceError: It ended, or did not answer in time.
    """
    log = folder / f"{name}.log"
    begin_s = time.monotonic()
    with log.open("w") as file:
        process = subprocess.Popen(  # noqa: S603 - our own modules
            command.words,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=file,
            env={**os.environ, **command.environment},
            start_new_session=True,
        )  # fmt: skip
    processes = ProcessTree(process.pid)
    try:
        url = f"http://127.0.0.1:{command.port}{path}"
        while not _answers(url, body):
            if process.poll() is not None or time.monotonic() - begin_s > timeout_s:
                raise ServiceError(f"{name} did not start: {last_line(log.read_text())}")
            time.sleep(0.05)
        took_s = time.monotonic() - begin_s
        grpc_port = command.grpc_port if name == "ours-grpc" else 0
        yield Server(name, "127.0.0.1", command.port, grpc_port, processes, took_s)
    finally:
        _stop(process)
        processes.end()


def _answers(url: str, body: bytes | None) -> bool:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - http
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    process.stdin.close()  # the rivals end with it
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
