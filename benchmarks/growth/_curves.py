"""How the cost of a request grows: with rows, features, clients and loaded versions."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.comparison.benchmark import find_model
from benchmarks.comparison.cell import Sample
from benchmarks.comparison.command import own_command
from benchmarks.comparison.measurement import measure
from benchmarks.comparison.request import make_requests
from benchmarks.comparison.server import Server, started
from benchmarks.comparison.settings import BenchSettings
from benchmarks.generator.choice import rest_generator
from benchmarks.generator.load import Question
from loadtest.errors import ServiceError

Report = Callable[[str], None]

ROWS = (1, 4, 16, 64, 256, 1024)
FEATURES = (4, 16, 64, 250, 1000)
CLIENTS = (1, 16, 64, 256, 1024)
VERSIONS = (1, 5, 10, 20)
_MODEL = "many"


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement of a curve.

    Attributes:
        size: How many rows, features, clients or versions.
        sample: What was measured.
        replica_bytes: Resident memory of the replica's process; 0 where not measured.
    """

    size: int
    sample: Sample
    replica_bytes: int


@dataclass(frozen=True, slots=True)
class Curve:
    """What grows, and the cost."""

    name: str
    points: tuple[Point, ...]


def curves(settings: BenchSettings, report: Report) -> list[Curve]:
    """Measures one replica of ours.

    Raises:
        LoadTestError: A service did not start, or did not answer.
    """
    model, version_folder = find_model(settings.root, settings.model)
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
        folder = Path(name)
        return [
            *_on_one_service(settings, model, folder, report),
            Curve("features", tuple(_features(settings, folder, report))),
            Curve("versions", tuple(_versions(settings, version_folder, folder, report))),
        ]


def _on_one_service(
    settings: BenchSettings, model: str, folder: Path, report: Report
) -> Iterator[Curve]:
    with _service(settings, settings.root, model, folder) as server:
        rows = [_point(settings, server, model, size, 8, size, report, "rows") for size in ROWS]
        yield Curve("rows", tuple(rows))
        clients = [
            _point(settings, server, model, 1, size, size, report, "clients") for size in CLIENTS
        ]
        yield Curve("clients", tuple(clients))


def _features(settings: BenchSettings, folder: Path, report: Report) -> Iterator[Point]:
    for size in FEATURES:
        root = folder / f"features-{size}"
        (root / _MODEL).mkdir(parents=True)
        written = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "benchmarks.rivals.feature_model",
             str(root / _MODEL / "1"), str(size)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if written.returncode:
            raise ServiceError(f"no model of {size} features: {written.stderr.strip()[-200:]}")
        with _service(settings, root, _MODEL, folder) as server:
            yield _point(settings, server, _MODEL, 1, 8, size, report, "features")


def _versions(
    settings: BenchSettings, version_folder: Path, folder: Path, report: Report
) -> Iterator[Point]:
    for size in VERSIONS:
        root = folder / f"versions-{size}"
        for number in range(1, size + 1):
            shutil.copytree(version_folder, root / _MODEL / str(number))
        with _service(
            settings, root, _MODEL, folder, "repository.version_policy.kind=all"
        ) as server:
            yield _point(settings, server, _MODEL, 1, 8, size, report, "versions")


@contextmanager
def _service(
    settings: BenchSettings, root: Path, model: str, folder: Path, *pairs: str
) -> Iterator[Server]:
    command = own_command("ours-rest", root, model, *pairs)
    path = f"/v1/models/{model}/metadata"
    with started("growth", command, path, None, folder, settings.start_timeout_s) as server:
        yield server


def _point(  # noqa: PLR0913, PLR0917 - what a point is
    settings: BenchSettings,
    server: Server,
    model: str,
    rows: int,
    connections: int,
    size: int,
    report: Report,
    what: str,
) -> Point:
    requests = make_requests(f"http://127.0.0.1:{server.port}", model, (rows,))
    question = Question(
        server.host, server.port, requests.path, requests.rest[rows], connections,
        settings.measure_s,
    )  # fmt: skip
    sample = measure(server, question, rest_generator(settings.generator)[1])
    assert server.processes
    replicas = server.processes.named("ray::ServeReplica")
    replica_bytes = max((process.memory_info().rss for process in replicas), default=0)
    report(f"  {size} {what}: {sample.rps:,.0f} requests/s, {sample.server_cpu_us or 0:.0f} us")
    return Point(size, sample, replica_bytes)
