"""Where replicas keep what they share: a few values by key."""

from __future__ import annotations

from typing import Protocol


class KeyValues(Protocol):
    """Where the shared configuration lies; keys are text, values bytes."""

    def put(self, key: str, value: bytes, *, overwrite: bool = True) -> bool:
        """Stores `value`; tells whether it did, which without `overwrite` only one caller does."""

    def get(self, key: str) -> bytes | None: ...

    def delete(self, key: str) -> None: ...

    def keys(self, prefix: str) -> list[str]: ...
