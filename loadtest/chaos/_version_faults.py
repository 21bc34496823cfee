from __future__ import annotations

import json
import urllib.request
from http.client import HTTPException
from pathlib import Path

from foundation.json_types import JsonObject
from loadtest.chaos._fault import Damage, Fault
from loadtest.chaos._model_folder import ModelFolder, corrupt

_TIMEOUT_S = 5.0
# Each answer comes from one replica or another: as many in a row mean all of them.
_ANSWERS_IN_A_ROW = 8


class VersionStatus:
    def __init__(self, url: str, model: str) -> None:
        self._url = f"{url}/v1/models/{model}/versions"

    def everywhere(self, version: int, *, available: bool) -> bool:
        return all(self._state(version, available) for _ in range(_ANSWERS_IN_A_ROW))

    def _state(self, version: int, available: bool) -> bool:
        try:
            with urllib.request.urlopen(  # noqa: S310 - the service's own address
                f"{self._url}/{version}", timeout=_TIMEOUT_S
            ) as answer:
                document: JsonObject = json.load(answer)
        except (OSError, ValueError, HTTPException):
            return False  # nobody answers, or the version is not known yet
        found = document["model_version_status"][0]["state"] == "AVAILABLE"
        return bool(found == available)


class _PublishedVersion(Fault):
    def __init__(self, root: Path, model: str, status: VersionStatus) -> None:
        self._folder = ModelFolder(root, model)
        self._status = status
        self._version = 0


class NewVersion(_PublishedVersion):
    """Publishes a copy of the model as its next version; no request may be lost."""

    name = "new-version"

    def inject(self) -> Damage:
        self._version = self._folder.publish_copy()
        return Damage(0, f"version {self._version}, a copy of {self._version - 1}")

    def recovered(self) -> bool:
        return self._status.everywhere(self._version, available=True)


class CorruptVersion(_PublishedVersion):
    """Publishes a version that cannot be loaded; the one before must go on answering."""

    name = "corrupt-version"

    def inject(self) -> Damage:
        self._version = self._folder.publish_copy(corrupt)
        return Damage(0, f"version {self._version} with half of its graph")

    def recovered(self) -> bool:
        good = self._version - 1
        return self._status.everywhere(self._version, available=False) and self._status.everywhere(
            good, available=True
        )

    def undo(self) -> None:
        """Deletes it: a replica that starts later would find nothing else to serve."""
        self._folder.remove(self._version)
