"""Fixtures that every test folder shares."""

from __future__ import annotations

import functools
import os
import signal
from pathlib import Path
from typing import Any

import pytest

# A shell that starts tests in the background has them ignore Ctrl-C, and so every process that they
# start; the tests of Ctrl-C want it back.
signal.signal(signal.SIGINT, signal.default_int_handler)
SHARED = Path(__file__).resolve().parents[1].parent / "shared"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Among several processes, keeps a file's tests in one, and all that start Ray in one."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):  # type: ignore[misc] # no type information
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "ray" if _starts_ray(config.rootpath / file) else file

    return ByFile(config, log)


@functools.cache
def _starts_ray(file: Path) -> bool:
    return "pytest.mark.ray" in file.read_text()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several processes, begins with what takes the longest."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("ray") is None)


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
