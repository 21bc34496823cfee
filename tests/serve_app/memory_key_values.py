"""What replicas share, where they are all in one process."""

from __future__ import annotations

import threading


class MemoryKeyValues:
    """A `KeyValues`."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, key: str, value: bytes, *, overwrite: bool = True) -> bool:
        """Tells whether the value was stored."""
        with self._lock:
            if not overwrite and key in self._values:
                return False
            self._values[key] = value
            return True

    def get(self, key: str) -> bytes | None:
        """The value, if there is one."""
        return self._values.get(key)

    def delete(self, key: str) -> None:
        """Removes the value, if there is one."""
        self._values.pop(key, None)

    def keys(self, prefix: str) -> list[str]:
        """The keys that begin with a prefix."""
        return [key for key in list(self._values) if key.startswith(prefix)]
