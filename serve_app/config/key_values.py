"""Stores for the shared configuration: in this process, and in a folder that processes share."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from pathlib import Path
from urllib.parse import quote, unquote


class MemoryKeyValues:
    """For a service of one replica."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, key: str, value: bytes, *, overwrite: bool = True) -> bool:
        """Stores `value`; tells whether it did."""
        with self._lock:
            if not overwrite and key in self._values:
                return False
            self._values[key] = value
            return True

    def get(self, key: str) -> bytes | None:
        """Returns the value, or None where there is none."""
        return self._values.get(key)

    def delete(self, key: str) -> None:
        """Removes the value, if there is one."""
        self._values.pop(key, None)

    def keys(self, prefix: str) -> list[str]:
        """Returns the keys that begin with `prefix`."""
        return [key for key in list(self._values) if key.startswith(prefix)]


class FolderKeyValues:
    """One file per key; every write is complete at once.

    Args:
        folder: Made if it is missing; replicas on several machines need a shared disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, key: str, value: bytes, *, overwrite: bool = True) -> bool:
        """Stores `value`; tells whether it did."""
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=".incoming-")
        incoming = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(value)
            if overwrite:
                incoming.replace(self._path(key))
            else:
                self._path(key).hardlink_to(incoming)  # fails if it is there, rename would not
        except FileExistsError:
            return False
        finally:
            incoming.unlink(missing_ok=True)
        return True

    def get(self, key: str) -> bytes | None:
        """Returns the value, or None where there is none."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Removes the value, if there is one."""
        with contextlib.suppress(FileNotFoundError):
            self._path(key).unlink()

    def keys(self, prefix: str) -> list[str]:
        """Returns the keys that begin with `prefix`."""
        names = (path.name for path in self._folder.iterdir())
        keys = (unquote(name) for name in names if not name.startswith("."))
        return [key for key in keys if key.startswith(prefix)]

    def _path(self, key: str) -> Path:
        return self._folder / quote(key, safe="")
