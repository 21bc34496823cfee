"""Versions appear in the repository by one rename."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.chaos._model_folder import ModelFolder, corrupt
from loadtest.errors import ServiceError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with the versions 2 and 10 of a model, sealed as they are published."""
    for number in ("2", "10"):
        folder = tmp_path / "iris" / number
        folder.mkdir(parents=True)
        (folder / "saved_model.pb").write_bytes(number.encode() * 100)
        (folder / "saved_model.pb").chmod(0o444)
    (tmp_path / "iris" / ".incoming-x").mkdir()
    return tmp_path


def test_a_copy_of_the_newest_version_is_published_as_the_next(root: Path) -> None:
    """The newest by number, and nothing else is left."""
    assert ModelFolder(root, "iris").publish_copy() == 11
    assert (root / "iris" / "11" / "saved_model.pb").read_bytes() == b"10" * 100
    assert sorted(p.name for p in (root / "iris").iterdir()) == [".incoming-x", "10", "11", "2"]


def test_a_corrupt_copy_has_half_of_its_graph_and_can_be_removed(root: Path) -> None:
    """The original is untouched."""
    folder = ModelFolder(root, "iris")
    version = folder.publish_copy(corrupt)
    assert len((root / "iris" / "11" / "saved_model.pb").read_bytes()) == 100
    folder.remove(version)
    assert folder.newest() == 10
    assert len((root / "iris" / "10" / "saved_model.pb").read_bytes()) == 200


def test_a_model_without_a_version_is_named(root: Path) -> None:
    """There is nothing to copy."""
    with pytest.raises(ServiceError, match="nope holds no version"):
        ModelFolder(root, "nope").publish_copy()
