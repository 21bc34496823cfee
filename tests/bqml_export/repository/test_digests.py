"""Comparing a folder with its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bqml_export.repository.digests import Differences, compare, digest_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two files."""
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    return tmp_path


def test_an_untouched_folder_has_no_differences(folder: Path) -> None:
    """The record's own file does not count."""
    recorded = digest_files(folder)
    (folder / "bqml.json").write_text("{}")
    assert compare(folder, recorded) == Differences((), (), ())


def test_each_difference_is_named_and_an_added_file_is_no_damage(folder: Path) -> None:
    """Missing and changed files are damage; a warm-up file that somebody added is not."""
    recorded = digest_files(folder)
    (folder / "warmup").write_bytes(b"x")
    assert not compare(folder, recorded).damaged
    (folder / "a").unlink()
    (folder / "b").write_bytes(b"B")
    differences = compare(folder, recorded)
    assert differences == Differences(("a",), ("b",), ("warmup",))
    assert differences.damaged
