"""Faults by way of the repository are healed when every replica says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loadtest.chaos._version_faults import CorruptVersion, NewVersion, VersionStatus


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one version."""
    (tmp_path / "iris" / "1").mkdir(parents=True)
    (tmp_path / "iris" / "1" / "saved_model.pb").write_bytes(b"0123456789")
    return tmp_path


def say(site: Any, version: int, state: str) -> None:
    """Makes the service answer a version's status."""
    page = {"model_version_status": [{"version": str(version), "state": state}]}
    site.pages[f"/v1/models/iris/versions/{version}"] = (200, page)


def test_a_new_version_is_healed_when_it_is_available(site: Any, root: Path) -> None:
    """Unknown and loading do not count; no failure is allowed."""
    fault = NewVersion(root, "iris", VersionStatus(site.url, "iris"))
    assert fault.inject().in_flight == 0
    assert not fault.recovered()
    say(site, 2, "LOADING")
    assert not fault.recovered()
    say(site, 2, "AVAILABLE")
    assert fault.recovered()
    fault.undo()
    assert (root / "iris" / "2").is_dir()


def test_a_corrupt_version_is_healed_when_the_one_before_still_answers(
    site: Any, root: Path
) -> None:
    """And is taken away at the end: a new replica would find nothing else."""
    fault = CorruptVersion(root, "iris", VersionStatus(site.url, "iris"))
    fault.inject()
    say(site, 1, "AVAILABLE")
    assert not fault.recovered()
    say(site, 2, "LOADING")
    assert fault.recovered()
    say(site, 1, "END")
    assert not fault.recovered()
    fault.undo()
    assert [p.name for p in (root / "iris").iterdir()] == ["1"]
