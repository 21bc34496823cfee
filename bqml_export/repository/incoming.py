"""The folder in which a version grows before it is published.

It lies beside the versions, so that publishing is one rename, under a name that no server takes
for a version. Its owner holds a lock on it; the lock of a killed process is gone with it, which
is how the next run knows what to clean up, whatever host or container the process id was from.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PREFIX = ".incoming-"


@contextmanager
def incoming_folder(model_folder: Path) -> Iterator[Path]:
    """Yields a new, empty, locked folder in `model_folder` and removes what is left of it.

    Folders that killed processes left behind are removed first.
    """
    remove_abandoned(model_folder)
    folder, lock = _create(model_folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # gone already when it was published
        os.close(lock)


def remove_abandoned(model_folder: Path) -> None:
    """Removes the incoming folders in `model_folder` whose owner no longer lives."""
    for folder in model_folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(lock)


def _create(model_folder: Path) -> tuple[Path, int]:
    while True:
        folder = model_folder / f"{PREFIX}{secrets.token_hex(6)}"
        folder.mkdir(mode=0o700)
        with suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            _lock(lock)
            # Another run may have taken it for abandoned between mkdir and lock.
            if folder.exists():
                return folder, lock
            os.close(lock)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as exc:
        # Where a file system has no locks (some NFS), nothing is ever taken for abandoned.
        if exc.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.EBADF):
            raise
