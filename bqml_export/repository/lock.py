"""The lock on a model's folder, under which its versions and labels are decided."""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LOCK_NAME = ".lock"
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EBADF)


@contextmanager
def locked(model_folder: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Holds the lock for the length of the `with` block; the kernel drops a killed owner's.

    Args:
        model_folder: Holds the versions of a model; it is created when it does not exist.
        on_wait: Called once if another process holds the lock now.
    """
    model_folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor = os.open(model_folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(descriptor, on_wait)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, on_wait: Callable[[], None]) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        on_wait()
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as exc:
        # Where a file system has no locks (some NFS), two at once may publish the same twice.
        if exc.errno not in _NO_LOCKS:
            raise
