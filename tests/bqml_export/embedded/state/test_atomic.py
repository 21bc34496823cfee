"""Files that are whole or absent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bqml_export.embedded.state.atomic import file_name, remove_unfinished, write_atomically

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """The new content is there and no temporary file is left."""
    path = tmp_path / "sub" / "x.json"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """When writing fails, nothing has changed."""
    path = tmp_path / "x"
    write_atomically(path, b"old")
    with pytest.raises(TypeError):
        write_atomically(path, "text")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_kill_left_is_removed(tmp_path: Path) -> None:
    """Temporary files go, everything else stays."""
    for name in (".a.tmp", "sub/.b.tmp", "sub/c.tmp", "d"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    remove_unfinished(tmp_path)
    left = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file())
    assert left == ["d", "sub/c.tmp"]


@pytest.mark.parametrize("name", ["a", "..", ".", "", "a/b", "../x", "ü", "=", "_a", "x" * 1024])
def test_names_stay_in_their_folder(tmp_path: Path, name: str) -> None:
    """Any resource name is one plain, visible, writable file name."""
    made = tmp_path / file_name(name)
    made.write_text("x", encoding="utf-8")
    assert made.parent == tmp_path
    assert not made.name.startswith(".")


def test_no_two_names_share_a_file() -> None:
    """Names that differ in case, dots or slashes only are different files."""
    names = ["a", "A", "a.b", "a/b", "a%2Fb", "_a", "", ".", "x" * 1024, "x" * 1023]
    assert len({file_name(name) for name in names}) == len(names)
