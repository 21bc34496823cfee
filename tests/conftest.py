"""Fixtures that every test folder shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


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
