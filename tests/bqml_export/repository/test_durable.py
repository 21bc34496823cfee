"""Files that are replaced as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from bqml_export.repository.durable import append_line, replace_file


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """Whoever has the old one open keeps it; everybody can read the new one."""
    path = tmp_path / "x"
    replace_file(path, b"old")
    with path.open("rb") as reader:
        replace_file(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing beside it."""
    path = tmp_path / "x"
    replace_file(path, b"old")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OSError, match="full"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_lines_are_added_at_the_end(tmp_path: Path) -> None:
    """A journal grows."""
    append_line(tmp_path / "j", "one")
    append_line(tmp_path / "j", "zwei ä")
    assert (tmp_path / "j").read_text(encoding="utf-8") == "one\nzwei ä\n"
