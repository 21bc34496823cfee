"""Only plain files with plain names enter a version folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bqml_export.errors import ExportLayoutError
from bqml_export.repository.file_list import list_files, safe_relative_path

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["a", "variables/x.index", "a b/ü.txt", ".hidden"])
def test_plain_names_are_safe(name: str) -> None:
    """Spaces, letters of any language and dots at the start are no danger."""
    assert safe_relative_path(name)


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/", "a\\b", "a\nb", "\udcff", "x" * 256],
)
def test_names_that_lead_elsewhere_are_not(name: str) -> None:
    """Whatever could leave the folder, or not be stored, is refused."""
    assert not safe_relative_path(name)


def test_links_inside_count_as_files_and_links_outside_are_refused(tmp_path: Path) -> None:
    """A link is followed only within the export."""
    folder = tmp_path / "export"
    (folder / "assets").mkdir(parents=True)
    (folder / "real").write_text("x")
    (folder / "assets" / "link").symlink_to("../real")
    assert list_files(folder) == ["assets/link", "real"]
    (folder / "escape").symlink_to("/etc/hostname")
    with pytest.raises(ExportLayoutError, match="leads outside"):
        list_files(folder)


@pytest.mark.parametrize("target", ["nowhere", "loop", "."])
def test_links_that_are_no_files_are_refused(tmp_path: Path, target: str) -> None:
    """Dangling links, loops and links to folders are named."""
    (tmp_path / "loop").symlink_to(target)
    with pytest.raises(ExportLayoutError, match="'loop'"):
        list_files(tmp_path)


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    """Reading a pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ExportLayoutError, match="not a regular file"):
        list_files(tmp_path)
