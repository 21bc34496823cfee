"""Version folders on disk and the policies that choose among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from serve_app.repository.versions import scan_models, scan_versions, wanted_versions
from serve_app.settings import VersionPolicy


def test_a_version_is_a_folder_whose_name_is_a_number(tmp_path: Path) -> None:
    """Leading zeros do not count; everything else is somebody's own business."""
    for name in ("1", "00000123", "v2", ".incoming-3", "1.5", "-4", "9223372036854775808"):
        (tmp_path / name).mkdir()
    assert sorted(scan_versions(tmp_path)) == [1, 123]


def test_hidden_folders_are_no_models(tmp_path: Path) -> None:
    """A publisher may work in one."""
    for name in ("b", "a", ".tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "README").touch()
    assert scan_models(tmp_path) == ["a", "b"]


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ({}, [7]),
        ({"latest": 2}, [7, 3]),
        ({"kind": "all"}, [7, 3, 1]),
        ({"kind": "specific", "specific": [1, 9]}, [1]),
    ],
)
def test_policies_choose_newest_first(policy: dict[str, object], wanted: list[int]) -> None:
    """The default is TensorFlow Serving's: the newest version alone."""
    assert wanted_versions([1, 7, 3], VersionPolicy.model_validate(policy)) == wanted
