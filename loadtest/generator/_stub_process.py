from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loadtest.errors import GeneratorError
from loadtest.generator._locust_process import own_environment
from loadtest.generator.stub import StubPages
from loadtest.settings.load_test import LoadTestSettings
from loadtest.traffic.payloads import rest_body
from loadtest.traffic.service_pages import ServicePages
from loadtest.traffic.workload import Workload, load_workload

_END_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class RunningStub:
    """Where the stub listens: `url` for REST, HOST:PORT for gRPC (empty without one)."""

    url: str
    grpc_target: str


def pages_of_service(settings: LoadTestSettings) -> StubPages:
    workload, pages = load_workload(settings), ServicePages(settings.target)
    rows = workload.batches(settings.traffic)[0]
    example = {"version": "1", "bqml": {"example_instance": pages.example_row()}}
    is_grpc = settings.target.protocol == "grpc"
    return StubPages(
        metadata=pages.metadata(),
        models={"models": [{"name": workload.model, "versions": [example]}]},
        answer=pages.first_answer(rest_body(workload.signature.name, rows)).decode(),
        grpc_answer=_grpc_answer(settings, workload) if is_grpc else "",
    )


def _grpc_answer(settings: LoadTestSettings, workload: Workload) -> str:
    from loadtest.traffic.grpc_call import first_grpc_answer

    answer = first_grpc_answer(settings.target, workload.grpc_requests(settings)[0])
    return base64.b64encode(answer).decode()


@contextmanager
def running_stub(pages: StubPages) -> Iterator[RunningStub]:
    """It ends with this process at the latest."""
    with tempfile.TemporaryDirectory(prefix="loadtest-") as folder:
        file = Path(folder) / "pages.json"
        pages.write(file)
        command = [sys.executable, "-m", "loadtest.generator.stub", str(file)]
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=own_environment(),
            start_new_session=True,
        )
        with process:
            yield _where(process)
            process.communicate(timeout=_END_TIMEOUT_S)


def _where(process: subprocess.Popen[bytes]) -> RunningStub:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise GeneratorError("the stub for the preflight did not start")
    ports = json.loads(line)
    grpc_target = f"127.0.0.1:{ports['grpc']}" if ports["grpc"] else ""
    return RunningStub(f"http://127.0.0.1:{ports['http']}", grpc_target)
