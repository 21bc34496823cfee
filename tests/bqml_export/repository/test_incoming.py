"""The temporary folder of a publish: private while its owner lives, gone afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.repository._incoming import PREFIX, incoming_folder
from bqml_export.repository.lock import remove_abandoned
from bqml_export.repository.versions import models_of, versions_of

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_no_version_and_no_model(tmp_path: Path) -> None:
    """No reader of the repository takes the folder for something to serve."""
    with incoming_folder(tmp_path) as folder:
        (folder / "saved_model.pb").write_bytes(b"x")
        assert versions_of(tmp_path.parent, tmp_path.name) == []
        assert models_of(tmp_path) == []


def test_a_living_owner_is_left_alone(tmp_path: Path) -> None:
    """Cleaning up never takes the folder of a publish that is running."""
    with incoming_folder(tmp_path) as folder:
        remove_abandoned(tmp_path.glob(f"{PREFIX}*"))
        assert folder.is_dir()
    assert not folder.exists()


def test_an_abandoned_folder_is_removed(tmp_path: Path) -> None:
    """A folder that nobody holds goes with everything in it."""
    (tmp_path / ".incoming-dead" / "variables").mkdir(parents=True)
    (tmp_path / ".incoming-dead" / "variables" / "x").write_bytes(b"x")
    remove_abandoned(tmp_path.glob(f"{PREFIX}*"))
    assert list(tmp_path.iterdir()) == []
