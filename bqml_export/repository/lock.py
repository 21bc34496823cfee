"""Locks on the folders of a model; the kernel drops those of a killed owner."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK_NAME = ".lock"
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EBADF)


@contextmanager
def locked(model_folder: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Holds the lock under which a model's versions and labels are decided.

    The folder is made when it does not exist; `on_wait` is called if another process has the lock.
    """
    model_folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor = os.open(model_folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(descriptor, on_wait)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def locked_folder(make: Callable[[], Path], on_wait: Callable[[], None]) -> Iterator[Path]:
    """Yields the folder that `make` makes, or finds, with the lock on it.

    It is made once more where its last owner, or one who took it for abandoned, removed it
    before it was locked here.
    """
    while True:
        folder = make()
        with suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            _acquire(descriptor, on_wait)
            if _is(folder, descriptor):
                break
            os.close(descriptor)
    try:
        yield folder
    finally:
        os.close(descriptor)


def remove_abandoned(folders: Iterable[Path]) -> None:
    """Removes those of the folders whose owner no longer lives.

    A lock is how that is known, whatever host or container a process id would be from.
    """
    for folder in folders:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(descriptor)


def _acquire(descriptor: int, on_wait: Callable[[], None]) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        on_wait()
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as exc:
        # Where a file system has no locks (some NFS), two at once may publish the same twice, and
        # nothing is ever taken for abandoned.
        if exc.errno not in _NO_LOCKS:
            raise


def _is(folder: Path, descriptor: int) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(folder.stat(), os.fstat(descriptor))
    return False
