"""Starts the servers, visits each of them round by round, stops them."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.comparison._plan import Visit, visits
from benchmarks.comparison.cell import Cell, Sample
from benchmarks.comparison.command import own_command, rival_command
from benchmarks.comparison.measurement import GRPC_METHOD, measure
from benchmarks.comparison.request import Requests, make_requests
from benchmarks.comparison.server import Server, started, there_already
from benchmarks.comparison.settings import OWN, BenchSettings
from benchmarks.generator.choice import rest_generator
from benchmarks.generator.load import Question
from foundation.errors import BqmlError
from loadtest.errors import ServiceError, TargetError

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a benchmark found.

    Attributes:
        cells: One for each combination that was measured.
        start_s: Seconds from a server's start to its first answer, by name.
        generator: What sent the REST requests.
        rounds: How many were whole.
        notes: What is to be known beside: servers that failed, rounds that were cut.
    """

    cells: tuple[Cell, ...]
    start_s: dict[str, float]
    generator: str
    rounds: int
    notes: list[str] = field(default_factory=list)


def run(settings: BenchSettings, report: Report) -> Benchmark:
    """Measures everything that the settings ask for.

    A server that does not start, or stops to answer, is left out and named.

    Raises:
        LoadTestError: There is no model, or no server is left.
    """
    name, generator = rest_generator(settings.generator)
    notes: list[str] = []
    with _servers(settings, report, notes) as (servers, requests):
        samples: dict[Visit, list[Sample]] = defaultdict(list)
        ends_s = time.monotonic() + settings.budget_s
        rounds = 0
        while rounds < settings.rounds and (rounds == 0 or time.monotonic() < ends_s):
            report(f"round {rounds + 1} of {settings.rounds}")
            for visit in visits(list(servers), settings, rounds):
                if visit.server not in servers:
                    continue
                question = _question(servers[visit.server], visit, requests, settings.measure_s)
                try:
                    samples[visit].append(measure(servers[visit.server], question, generator))
                except BqmlError as exc:
                    notes.append(f"{visit.server}, {visit.connections} connections: {exc}")
                    servers.pop(visit.server)
                    if not servers:
                        raise
                else:
                    _say(report, visit, samples[visit][-1])
            rounds += 1
        if rounds < settings.rounds:
            notes.append(f"{rounds} of {settings.rounds} rounds: the budget was used up")
        cells = tuple(
            Cell(visit.server, visit.connections, visit.rows, tuple(found))
            for visit, found in samples.items()
        )
        start_s = {s.name: s.start_s for s in servers.values() if s.start_s is not None}
    return Benchmark(cells, start_s, name, rounds, notes)


def _say(report: Report, visit: Visit, sample: Sample) -> None:
    cpu = "" if sample.server_cpu_us is None else f", {sample.server_cpu_us:.0f} us of CPU each"
    report(
        f"  {visit.server}, {visit.connections} connections, {visit.rows} rows: "
        f"{sample.rps:,.0f} requests/s{cpu}"
    )


def _question(server: Server, visit: Visit, requests: Requests, duration_s: float) -> Question:
    if server.grpc_port:
        body, path, port = requests.grpc[visit.rows], GRPC_METHOD, server.grpc_port
    else:
        body, path, port = requests.rest[visit.rows], requests.path, server.port
    return Question(server.host, port, path, body, visit.connections, duration_s)


@contextmanager
def _servers(
    settings: BenchSettings, report: Report, notes: list[str]
) -> Iterator[tuple[dict[str, Server], Requests]]:
    # Not in TMPDIR: unix sockets go here, whose paths must stay below 108 bytes.
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))
    try:
        with ExitStack() as stack:
            model, version_folder = find_model(settings.root, settings.model)
            report(f"starting a service to learn what {model} wants ...")
            requests = _learn(settings, model, folder)
            servers: dict[str, Server] = {}
            for name in settings.names:
                report(f"starting {name} ...")
                run_folder = folder / name
                run_folder.mkdir()
                command = (
                    own_command(name, settings.root, model)
                    if name in OWN
                    else rival_command(name, version_folder, run_folder)
                )
                body = requests.rest[settings.rows[0]]
                try:
                    servers[name] = stack.enter_context(
                        started(
                            name, command, requests.path, body, folder, settings.start_timeout_s
                        )
                    )
                except ServiceError as exc:
                    notes.append(str(exc))
                    report(f"  {exc}")
            servers |= {target.name: there_already(target) for target in settings.targets}
            if not servers:
                raise ServiceError(f"no server is left to measure: {'; '.join(notes)}")
            yield servers, requests
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _learn(settings: BenchSettings, model: str, folder: Path) -> Requests:
    """Returns the requests, from a service of ours, or the first server that runs already."""
    if not any(name in OWN for name in settings.names) and settings.targets:
        return make_requests(settings.targets[0].url.rstrip("/"), model, settings.rows)
    command = own_command("ours-rest", settings.root, model)
    path = f"/v1/models/{model}/metadata"
    with started("learn", command, path, None, folder, settings.start_timeout_s) as server:
        return make_requests(f"http://127.0.0.1:{server.port}", model, settings.rows)


def find_model(root: Path, model: str) -> tuple[str, Path]:
    """Returns the model's name and the folder of its newest version.

    Raises:
        TargetError: There is no such model, or several and none was named.
    """
    folders = sorted(path for path in root.glob("*") if path.is_dir() and path.name[0] != ".")
    names = [path.name for path in folders]
    if not model and len(names) != 1:
        have = ", ".join(names) or "no model"
        raise TargetError(f"{root} has {have}: name one with --model")
    folder = root / (model or names[0])
    versions = [int(path.name) for path in folder.glob("*") if path.name.isdecimal()]
    if not versions:
        raise TargetError(f"{folder} has no version")
    return folder.name, (folder / str(max(versions))).resolve()
