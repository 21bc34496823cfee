"""The folder in which a download grows: found again, never shared, cleaned up."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from bqml_export.bucket.objects import StoredObject
from bqml_export.bucket.staging import PREFIX, staging_folder

if TYPE_CHECKING:
    from pathlib import Path


def nobody() -> None:
    """Stands for the wait that must not be."""
    raise AssertionError("there is nobody to wait for")


def test_the_same_source_finds_its_folder_again(tmp_path: Path) -> None:
    """What a failed download left is there for the next one of the same source only."""
    with staging_folder(tmp_path, "gs://b/a", nobody) as first:
        (first.folder / "x").write_bytes(b"half")
    with staging_folder(tmp_path, "gs://b/other", nobody) as other:
        assert other.folder != first.folder
    with staging_folder(tmp_path, "gs://b/a", nobody) as again:
        assert (again.folder / "x").read_bytes() == b"half"


def test_no_server_takes_it_for_a_version(tmp_path: Path) -> None:
    """Its name begins with a dot, which no version and no model does."""
    with staging_folder(tmp_path / "m", "gs://b/a", nobody) as staging:
        assert staging.folder.name.startswith(PREFIX)
        assert PREFIX.startswith(".")


def test_two_at_once_take_turns(tmp_path: Path) -> None:
    """The second one is told that it waits, and begins in a folder of its own after the first."""
    waits, order = threading.Event(), list[str]()

    def second() -> None:
        with staging_folder(tmp_path, "gs://b/a", waits.set) as staging:
            order.append("second")
            assert list(staging.folder.iterdir()) == []

    thread = threading.Thread(target=second)
    with staging_folder(tmp_path, "gs://b/a", nobody) as staging:
        thread.start()
        assert waits.wait(30)
        (staging.folder / "x").write_bytes(b"mine")
        staging.remove()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_folder_that_nobody_came_back_for_is_removed(tmp_path: Path) -> None:
    """After a week; a younger one stays, and so does one that is in use."""
    folders = []
    for name in ("old", "young"):
        with staging_folder(tmp_path, name, nobody) as staging:
            (staging.folder / "x").write_bytes(b"x")
            folders.append(staging.folder)
    week_ago_s = time.time() - 8 * 24 * 60 * 60
    os.utime(folders[0], (week_ago_s, week_ago_s))
    with staging_folder(tmp_path, "third", nobody):
        assert [folder.exists() for folder in folders] == [False, True]


def test_files_are_placed_under_their_paths_and_stay(tmp_path: Path) -> None:
    """Publishing takes nothing away before it has worked; others' files are not kept."""
    stored = StoredObject("variables/a", 4, "", 7)
    with staging_folder(tmp_path, "gs://b/a", nobody) as staging:
        staging.file(stored).write_bytes(b"here")
        (staging.folder / "stale").write_bytes(b"")
        staging.keep_only([stored])
        staging.place([stored], tmp_path / "incoming")
        assert (tmp_path / "incoming" / "variables" / "a").read_bytes() == b"here"
        assert [path.read_bytes() for path in staging.folder.iterdir()] == [b"here"]
