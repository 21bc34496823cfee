"""A model's folder in the repository that the service watches; versions appear by one rename."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from foundation.repository.layout import version_number
from loadtest.errors import ServiceError


class ModelFolder:
    def __init__(self, root: Path, model: str) -> None:
        self._path = root / model

    def newest(self) -> int:
        found = (version_number(path.name) for path in self._path.glob("*"))
        numbers = [number for number in found if number is not None]
        if not numbers:
            raise ServiceError(f"{self._path} holds no version to copy")
        return max(numbers)

    def publish_copy(self, change: Callable[[Path], None] | None = None) -> int:
        """Publishes the newest version once more, as the next number, which is returned.

        As `bqml-export publish` does it, the copy grows in a folder that no server takes for a
        version.
        """
        newest = self.newest()
        incoming = self._path / f".incoming-{secrets.token_hex(6)}"
        shutil.copytree(self._path / str(newest), incoming)
        if change:
            change(incoming)
        incoming.rename(self._path / str(newest + 1))
        return newest + 1

    def remove(self, version: int) -> None:
        """Deletes a version; not a sound at half of it, for it is renamed first."""
        gone = self._path / f".gone-{secrets.token_hex(6)}"
        (self._path / str(version)).rename(gone)
        shutil.rmtree(gone)


def corrupt(version: Path) -> None:
    """Spoils the graph of a version: its first half only, as of an upload that broke off."""
    graph = version / "saved_model.pb"
    content = graph.read_bytes()
    graph.chmod(0o644)
    graph.write_bytes(content[: len(content) // 2])
