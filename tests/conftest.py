"""Fixtures that every test folder shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_RAY = "ray"
SHARED = Path(__file__).resolve().parents[1].parent / "shared"


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in a hook of its own
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several processes, keeps a file's tests in one, and all that start Ray in one."""
    if not hasattr(config, "workerinput"):
        return
    for item in items:
        starts_ray = item.get_closest_marker(_RAY) is not None
        item.add_marker(pytest.mark.xdist_group(_RAY if starts_ray else str(item.path)))
    items.sort(key=lambda item: item.get_closest_marker(_RAY) is None)


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
