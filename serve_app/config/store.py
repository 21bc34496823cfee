"""The model configuration that all replicas share, and which of them follow it.

Each configuration gets a generation number, by a write that only one writer can win; every replica
serves the newest generation. Nothing is kept of a replica but its last beat, so replicas may come
and go: a new one begins with the newest generation, one that is gone stops beating and is not
waited for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from serve_app.config.key_values import KeyValues
from serve_app.config.serving_config import ServingConfig, read_tree

_KEPT = 100
"""Generations that stay; a writer is never that far behind."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One configuration in the row of those that were in force.

    Attributes:
        number: 1 for the first.
        config: The models; None serves what the settings list.
        file_digest: Of the newest content of the config file that anybody has put in force.
    """

    number: int
    config: ServingConfig | None
    file_digest: str = ""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A replica's sign of life.

    Attributes:
        count: Rises with every beat.
        generation: The newest generation that the replica serves.
    """

    count: int
    generation: int


class ConfigStore:
    """Reads and writes the shared configuration.

    Args:
        scope: Tells the replicas of one deployment from those of another.
    """

    def __init__(self, values: KeyValues, scope: str) -> None:
        self._values = values
        self._generations = f"{scope}/config/"
        self._beats = f"{scope}/beat/"

    def newest(self) -> Generation | None:
        """Returns the configuration in force, None before the first."""
        # The newest key may be gone already, if it was very old; then there is a newer one.
        while numbers := self._numbers():
            data = self._values.get(self._key(max(numbers)))
            if data is not None:
                return _read(max(numbers), data)
        return None

    def propose(self, generation: Generation) -> bool:
        """Puts `generation` in force; tells whether nobody else has taken its number."""
        data = _write(generation)
        if not self._values.put(self._key(generation.number), data, overwrite=False):
            return False
        for number in self._numbers():
            if number <= generation.number - _KEPT:
                self._values.delete(self._key(number))
        return True

    def heartbeat(self, member: str, beat: Heartbeat) -> None:
        self._values.put(f"{self._beats}{member}", f"{beat.count} {beat.generation}".encode())

    def heartbeats(self) -> dict[str, Heartbeat]:
        """Returns the last beat of every replica, of dead ones too."""
        found = {}
        for key in self._values.keys(self._beats):
            data = self._values.get(key)
            if data is not None:
                found[key.removeprefix(self._beats)] = Heartbeat(*map(int, data.split()))
        return found

    def forget(self, member: str) -> None:
        self._values.delete(f"{self._beats}{member}")

    def _numbers(self) -> list[int]:
        keys = self._values.keys(self._generations)
        return [int(key.removeprefix(self._generations)) for key in keys]

    def _key(self, number: int) -> str:
        return f"{self._generations}{number}"


def _write(generation: Generation) -> bytes:
    config = generation.config
    tree = {
        "config": None if config is None else config.model_dump(mode="json"),
        "file_digest": generation.file_digest,
    }
    return json.dumps(tree).encode()


def _read(number: int, data: bytes) -> Generation:
    tree = json.loads(data)
    config = tree["config"]
    parsed = None if config is None else read_tree(config, "the shared configuration")
    return Generation(number, parsed, tree["file_digest"])
