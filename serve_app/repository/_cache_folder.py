"""A folder that several processes of a machine fill once, read together and delete when unused."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path


class CacheFolder:
    """One folder of the cache, guarded by two lock files beside it.

    Whoever uses the folder holds `.used` shared, so that nobody can delete it; whoever fills it
    holds `.filled` alone, for as long as that takes. The kernel drops the locks of a process that
    dies.

    Args:
        path: The folder; the one above it is private to it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._used = -1

    def fill(self, download: Callable[[Path], None]) -> None:
        """Makes sure that the folder is complete, and holds it.

        `download` fills the empty folder, unless another process was faster.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._used = self._open("used")
        try:
            fcntl.flock(self._used, fcntl.LOCK_SH)
            filled = self._open("filled")
            try:
                fcntl.flock(filled, fcntl.LOCK_EX)
                if not self.path.exists():
                    self._fill(download)
            finally:
                os.close(filled)
        except BaseException:
            self._close()
            raise

    def _fill(self, download: Callable[[Path], None]) -> None:
        incoming = self.path.with_name(f"{self.path.name}.incoming")
        shutil.rmtree(incoming, ignore_errors=True)  # of a process that died
        incoming.mkdir(parents=True)
        try:
            download(incoming)
            incoming.rename(self.path)
        except BaseException:
            shutil.rmtree(incoming, ignore_errors=True)
            raise

    def release(self, *, delete: bool) -> None:
        """Lets go of the folder; with `delete` the last user deletes it."""
        try:
            if delete:
                fcntl.flock(self._used, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Not the lock files: another process may be waiting for them.
                shutil.rmtree(self.path, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            self._close()

    def _open(self, name: str) -> int:
        path = self.path.with_name(f"{self.path.name}.{name}")
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _close(self) -> None:
        handle, self._used = self._used, -1
        if handle >= 0:
            os.close(handle)
