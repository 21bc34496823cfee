"""Fixtures that every test folder shares.

`iris_service` is one real service (Ray Serve, HAProxy, REST and gRPC) for the whole run, whatever
the number of workers: `make serve`, run from the installed wheel. It costs the run one cold start
of Ray, so take it wherever a test only asks: predictions, status, metadata, errors, pages, a short
load of a known model. Do not kill or fill it, nor change its models; publishing another model below
`iris_service.root` under a name of your own is fine, it is found within a second. A test that needs
settings of its own, or breaks something, starts a service of its own and is marked `ray`.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.installed_wheel import ROOT, InstalledWheel, install
from tests.shared_process import SharedProcess, once

# A shell that starts tests in the background has them ignore Ctrl-C, and so every process that they
# start; the tests of Ctrl-C want it back.
signal.signal(signal.SIGINT, signal.default_int_handler)
# What TensorFlow says of itself would end the log, in place of the summary.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
TESTS = Path(__file__).parent
LONGEST_FIRST = ("docs", "kuberay", "loadtest", "bqml_export", "serve_app")
SHARED = Path(__file__).resolve().parents[1].parent / "shared"
# Of the shared service: half a CPU for its only replica, so that others may run beside it.
SETTINGS = {
    "autoscaling.max_replicas": "1",
    "http.replica_header": "X-Replica",
    "replica.num_cpus": "0.5",
    "repository.poll_wait_s": "0.2",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Among several processes, keeps a file's tests in one, and half of them busy with Ray."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):  # type: ignore[misc] # no type information
        """Tests of Ray mostly wait, but each of its starts wants both cores for seconds."""

        def _assign_work_unit(self, node: Any) -> None:
            others = (work for each, work in self.assigned_work.items() if each is not node)
            with_ray = sum(any(map(self._has_ray_left, work.items())) for work in others)
            is_wanted = with_ray < max(1, self.numnodes // 2)
            found = (file for file in self.workqueue if self._starts_ray(file) == is_wanted)
            self.workqueue.move_to_end(next(found, next(iter(self.workqueue))), last=False)
            super()._assign_work_unit(node)

        def _has_ray_left(self, unit: tuple[str, dict[str, bool]]) -> bool:
            return self._starts_ray(unit[0]) and not all(unit[1].values())

        def _starts_ray(self, file: str) -> bool:
            return _starts_ray(config.rootpath / file)

    return ByFile(config, log)


@functools.cache
def _starts_ray(file: Path) -> bool:
    return "pytest.mark.ray" in file.read_text()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several processes, begins with the folders whose files take the longest."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _turn(item.path.relative_to(TESTS).parts[0]))


def _turn(folder: str) -> int:
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The team's folder of real exports and recordings, or a skip where it is absent."""
    path = Path(os.environ.get("BQML_SHARED_DIR", SHARED))
    if not (path / "data").is_dir():
        pytest.skip("needs the folder of real BigQuery ML exports (../shared), absent here")
    return path


@pytest.fixture(scope="session")
def real_exports(shared: Path) -> Path:
    """The folder that holds one real BigQuery ML export per sub-folder."""
    return shared / "data" / "bqml-exports"


@dataclass(frozen=True)
class SharedService:
    """The service that all tests of a run may ask.

    Attributes:
        root: Its model repository; holds `iris_model` version 1, with its record.
        port: Its public port.
        grpc_port: Its public gRPC port.
        pid: The process that a user would see in front.
        announced: What it printed when it was ready.
    """

    root: Path
    port: int
    grpc_port: int
    pid: int
    announced: Mapping[str, Any]

    @property
    def url(self) -> str:
        """Where its REST API is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def grpc_target(self) -> str:
        """Where its gRPC API is."""
        return f"127.0.0.1:{self.grpc_port}"


def run_folder(config: pytest.Config) -> Path:
    """Returns the temporary folder that all workers of this run have in common."""
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]
    base = factory.getbasetemp()
    return base.parent if hasattr(config, "workerinput") else base


@pytest.fixture(scope="session")
def wheel(pytestconfig: pytest.Config) -> InstalledWheel:
    """The wheel of this checkout, installed once for all workers."""
    folder = run_folder(pytestconfig) / "wheel"
    folder.mkdir(exist_ok=True)
    with once(folder / "lock"):
        if not (folder / "empty").exists():
            install(folder)
    return InstalledWheel(folder)


@pytest.fixture(scope="session")
def iris_service(pytestconfig: pytest.Config, wheel: InstalledWheel) -> Iterator[SharedService]:
    """See above."""
    from foundation.free_ports import free_ports

    folder = run_folder(pytestconfig) / "service"
    root, work = folder / "serving_dir", folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    port, grpc_port = free_ports(2)
    train, serve = recipe("serve", ROOT=root, PORT=port, GRPC_PORT=grpc_port, BIN=wheel.bin)
    options = "--json " + " ".join(f"--set {key}={value}" for key, value in SETTINGS.items())
    script = f"{train} >&2 && {serve} {options}"
    with SharedProcess(folder).running(["sh", "-c", script], work) as announced:
        yield SharedService(
            root=root,
            port=int(announced["base_url"].rpartition(":")[2]),
            grpc_port=int(announced["grpc_target"].rpartition(":")[2]),
            pid=announced["pid"],
            announced=announced,
        )


def recipe(target: str, **variables: object) -> list[str]:
    """Returns the commands that make would run in an environment that is up to date."""
    told = [f"{name}={value}" for name, value in variables.items()]
    stamps = [f"--assume-old={sys.prefix}/.{name}" for name in ("serve", "loadtest", "dev")]
    line = ["make", "--dry-run", "--no-print-directory", *stamps, target, f"VENV={sys.prefix}"]
    done = subprocess.run([*line, f"SQL={ROOT / 'sql' / 'iris_model.sql'}", *told], cwd=ROOT,
                          capture_output=True, text=True, check=True)  # fmt: skip
    return done.stdout.splitlines()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends when the shared service has ended."""
    if not hasattr(config, "workerinput") and hasattr(config, "_tmp_path_factory"):
        for keeper in run_folder(config).glob("*/keeper"):
            SharedProcess(keeper.parent).wait_until_stopped()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells how many lines the tests have run in their own processes, where that was measured."""
    measured = Path(os.environ.get("SLIPCOVER_COVERAGE_DIR", "/nowhere"), "merged.json")
    if not measured.exists():
        return
    run, every = Counter[str](), Counter[str]()
    for name, file in json.loads(measured.read_text())["files"].items():
        for folder in (Path(name).parts[0], "all"):
            run[folder] += file["summary"]["covered_lines"]
            every[folder] += file["summary"]["covered_lines"] + file["summary"]["missing_lines"]
    terminalreporter.section("coverage: lines run in the tests' own processes")
    for folder, lines in every.items():
        percent = 100 * run[folder] / max(1, lines)
        terminalreporter.write_line(f"{folder:12} {percent:5.1f} % of {lines:6,} lines")
