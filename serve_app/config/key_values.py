"""Where replicas keep what they share: a few values by key."""

from __future__ import annotations

import threading
from typing import Protocol


class KeyValues(Protocol):
    """Where the shared configuration lies; keys are text, values bytes."""

    def put(self, key: str, value: bytes, *, overwrite: bool = True) -> bool:
        """Stores `value`; tells whether it did, which without `overwrite` only one caller does."""

    def get(self, key: str) -> bytes | None: ...

    def delete(self, key: str) -> None: ...

    def keys(self, prefix: str) -> list[str]: ...


class MemoryKeyValues:
    """In this process alone."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, key: str, value: bytes, *, overwrite: bool = True) -> bool:
        with self._lock:
            if not overwrite and key in self._values:
                return False
            self._values[key] = value
            return True

    def get(self, key: str) -> bytes | None:
        return self._values.get(key)

    def delete(self, key: str) -> None:
        self._values.pop(key, None)

    def keys(self, prefix: str) -> list[str]:
        return [key for key in list(self._values) if key.startswith(prefix)]
