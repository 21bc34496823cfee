"""Where a download grows until it is published, and where an interrupted one is found again.

One folder per source, beside the versions of the model, under a name that no server takes for a
version. Each object is one file in it, named after its path and its generation: a file that is
whole is kept, one that is not goes on where it ends, and one of another generation is thrown away.
A kill at any point leaves nothing but such files.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bqml_export.bucket.objects import StoredObject
from bqml_export.repository.lock import locked_folder, remove_abandoned

PREFIX = ".pulling-"
_ABANDONED_S = 7 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Staging:
    """The folder of one source; its owner holds the lock on it."""

    folder: Path

    def file(self, stored: StoredObject) -> Path:
        return self.folder / _file_name(stored)

    def bytes_of(self, stored: StoredObject) -> int:
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
        shutil.rmtree(self.folder, ignore_errors=True)


def _file_name(stored: StoredObject) -> str:
    return f"{hashlib.sha256(stored.path.encode('utf-8')).hexdigest()[:32]}.{stored.generation}"


@contextmanager
def staging_folder(
    model_folder: Path, source: str, on_wait: Callable[[], None]
) -> Iterator[Staging]:
    """Yields the locked folder for downloads of `source` into a model; what is in it stays.

    Folders that nobody has touched for a week are removed first; `on_wait` is called when another
    process downloads the same just now.
    """
    model_folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(source.encode("utf-8")).hexdigest()[:16]
    folder = model_folder / f"{PREFIX}{digest}"

    def make() -> Path:
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    remove_abandoned(
        other for other in model_folder.glob(f"{PREFIX}*") if other != folder and _is_old(other)
    )
    with locked_folder(make, on_wait):
        os.utime(folder)
        yield Staging(folder)


def _is_old(folder: Path) -> bool:
    with suppress(OSError):
        return time.time() - folder.stat().st_mtime >= _ABANDONED_S
    return False
