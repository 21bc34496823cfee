"""Where a download grows until it is published, and where an interrupted one is found again.

One folder per source, beside the versions of the model, under a name that no server takes for a
version. Each object is one file in it, named after its path and its generation: a file that is
whole is kept, one that is not goes on where it ends, and one of another generation is thrown away.
A kill at any point leaves nothing but such files.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bqml_export.bucket.objects import StoredObject

PREFIX = ".pulling-"
_ABANDONED_S = 7 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Staging:
    """The folder of one source; its owner holds the lock on it."""

    folder: Path

    def file(self, stored: StoredObject) -> Path:
        """Returns where the bytes of an object are, or will be."""
        return self.folder / _file_name(stored)

    def bytes_of(self, stored: StoredObject) -> int:
        """Returns how many bytes of an object are there."""
        with suppress(FileNotFoundError):
            return self.file(stored).stat().st_size
        return 0

    def keep_only(self, objects: Sequence[StoredObject]) -> None:
        """Removes the files of objects that are not wanted, or not in this generation."""
        wanted = {_file_name(stored) for stored in objects}
        for path in self.folder.iterdir():
            if path.name not in wanted:
                path.unlink()

    def place(self, objects: Sequence[StoredObject], folder: Path) -> None:
        """Puts the files into `folder` under their paths; they stay here too until `remove`."""
        for stored in objects:
            target = folder / stored.path
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(self.file(stored), target)
            except OSError:  # a file system without links
                shutil.copyfile(self.file(stored), target)

    def remove(self) -> None:
        """Removes the folder, which is what its files are published for."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _file_name(stored: StoredObject) -> str:
    return f"{hashlib.sha256(stored.path.encode('utf-8')).hexdigest()[:32]}.{stored.generation}"


@contextmanager
def staging_folder(
    model_folder: Path, source: str, on_wait: Callable[[], None]
) -> Iterator[Staging]:
    """Yields the locked folder for downloads of `source` into a model; what is in it stays.

    The lock of a killed process is gone with it. Folders that nobody has touched for a week are
    removed first.

    Args:
        model_folder: The folder of the model's versions; it is made when it is missing.
        source: Where the download comes from.
        on_wait: Is called when another process downloads the same just now, before waiting.
    """
    model_folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(source.encode("utf-8")).hexdigest()[:16]
    folder = model_folder / f"{PREFIX}{digest}"
    _remove_abandoned(model_folder, but=folder)
    lock = _locked(folder, on_wait)
    try:
        os.utime(folder)
        yield Staging(folder)
    finally:
        os.close(lock)


def _locked(folder: Path, on_wait: Callable[[], None]) -> int:
    while True:
        folder.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            if not _try_lock(lock):
                on_wait()
                fcntl.flock(lock, fcntl.LOCK_EX)
            # Whoever had the lock has published and removed the folder: begin a new one.
            if _is(folder, lock):
                return lock
            os.close(lock)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is(folder: Path, lock: int) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(folder.stat(), os.fstat(lock))
    return False


def _remove_abandoned(model_folder: Path, *, but: Path) -> None:
    for folder in model_folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder == but or time.time() - folder.stat().st_mtime < _ABANDONED_S:
                continue
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                if _try_lock(lock):
                    shutil.rmtree(folder)
            finally:
                os.close(lock)
