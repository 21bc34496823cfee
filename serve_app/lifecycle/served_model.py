"""One model: where its versions lie, which are wanted, and what has become of each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from serve_app.config.serving_config import ModelConfig
from serve_app.errors import ServeAppError
from serve_app.lifecycle.version import ModelVersion
from serve_app.predictor import State, VersionStatus
from serve_app.repository.place import Place, VersionFiles, open_place
from serve_app.repository.versions import wanted_versions

_log = logging.getLogger(__name__)
NewVersion = Callable[[str, int, VersionFiles], ModelVersion]


class ServedModel:
    """The versions of one model. Changed by the manager's thread, read by all."""

    def __init__(self, name: str, new_version: NewVersion) -> None:
        self.name = name
        self.versions: dict[int, ModelVersion] = {}
        self.wanted: list[int] = []
        self.labels: Mapping[str, int] = {}
        self.listed = False
        self._new_version = new_version
        self._base_path = ""
        self._place: Place | None = None

    # -- what requests read

    def statuses(self) -> list[VersionStatus]:
        """Returns every version that was ever wanted, newest first."""
        found = dict(self.versions)
        return [found[number].status for number in sorted(found, reverse=True)]

    def available(self) -> list[ModelVersion]:
        """Returns the AVAILABLE versions, newest first."""
        found = dict(self.versions)
        newest_first = (found[number] for number in sorted(found, reverse=True))
        return [version for version in newest_first if version.state is State.AVAILABLE]

    def newest(self) -> ModelVersion | None:
        newest: ModelVersion | None = None
        for version in tuple(self.versions.values()):
            is_newer = newest is None or version.number > newest.number
            if is_newer and version.state is State.AVAILABLE:
                newest = version
        return newest

    def outcome(self) -> VersionStatus | None:
        """Returns the wanted version that decides whether the model can be served, if one did.

        The first to become AVAILABLE, or else the newest to be given up.
        """
        wanted = list(self.wanted)
        statuses = [self.versions[number].status for number in wanted]
        ready = [status for status in statuses if status.state is State.AVAILABLE]
        failed = [s for s in statuses if s.state is State.END and s.error_code != "OK"]
        return next(iter(ready + failed), None)

    def loading(self) -> bool:
        return any(version.not_loaded for version in dict(self.versions).values())

    # -- what the manager's thread calls

    def look(self, config: ModelConfig, cache_dir: Path, *, labels_file: bool) -> None:
        """Looks at the place that `config` names and wants what its policy says.

        A place that cannot be read, or is gone, changes nothing, as in TensorFlow Serving.
        """
        self.listed = True
        try:
            place = self._open(config.base_path, cache_dir)
            if not labels_file:
                self.labels = config.labels
            found = place.versions()
            if labels_file:
                self.labels = place.labels()
        except ServeAppError as exc:
            _log.warning("model %s: %s", self.name, exc.message)
        except OSError as exc:
            _log.warning("model %s: %s: %s", self.name, config.base_path, exc.strerror)
        else:
            self._want(wanted_versions(found, config.version_policy), found)

    def drop(self) -> None:
        """Wants nothing any more: the model is not listed now."""
        self.listed, self.labels = False, {}
        self._place, self._base_path = None, ""
        self._want([], {})

    def _open(self, base_path: str, cache_dir: Path) -> Place:
        if self._place is None or base_path != self._base_path:
            self._place = open_place(base_path, cache_dir)
            self._base_path = base_path
        return self._place

    def _want(self, wanted: list[int], found: Mapping[int, VersionFiles]) -> None:
        before, known = self.wanted, dict(self.versions)
        if before and not wanted:
            _log.warning("model %s: no version is left, all are unloaded", self.name)
        for number in wanted:
            version = known.get(number)
            if version is None or _comes_back(version, was_wanted=number in before):
                known[number] = self._new_version(self.name, number, found[number])
        # As whole objects: other threads are reading.
        self.versions, self.wanted = known, wanted


def _comes_back(version: ModelVersion, *, was_wanted: bool) -> bool:
    """Tells whether a wanted version is to be loaded anew.

    One that could not be loaded is tried again only after it was gone and came back; one that was
    unloaded is, even if it was wanted again before its last request had finished.
    """
    failed = version.status.error_code != "OK"
    return version.state is State.END and not (failed and was_wanted)
