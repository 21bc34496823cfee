"""Keeps the loaded versions in step with the model repository on disk.

One thread looks at the disk, loads and unloads; requests only take leases. The rules are TensorFlow
Serving's (availability preserving): new versions load first, and an unwanted version goes only when
a wanted one is ready, or none is wanted.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from serve_app.core.repository.versions import scan_models, scan_versions, wanted_versions
from serve_app.core.servable.state import State, VersionStatus
from serve_app.core.servable.version import ModelVersion
from serve_app.errors import InvalidArgumentError, NotFoundError

if TYPE_CHECKING:
    from serve_app.core.model_spec import ModelSpec
    from serve_app.settings.model import RepositorySettings, TensorFlowSettings

_log = logging.getLogger(__name__)
_LIVE = frozenset({State.START, State.LOADING, State.AVAILABLE, State.UNLOADING})


class ServableManager:
    """The versions of all models of one repository.

    Args:
        repository: Where the models are and which versions are wanted.
        tensorflow: How models run.
    """

    def __init__(self, repository: RepositorySettings, tensorflow: TensorFlowSettings) -> None:
        self._repository = repository
        self._tensorflow = tensorflow
        self._versions: dict[str, dict[int, ModelVersion]] = {}
        self._wanted: dict[str, list[int]] = {}
        self._stop = threading.Event()
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="servable-manager", daemon=True)

    def start(self) -> None:
        """Starts to load and watch, in the background."""
        self._thread.start()

    def wait_until_settled(self, timeout_s: float) -> bool:
        """Waits until each wanted version found at start is AVAILABLE or given up; tells if so.

        A version that failed once and waits for a retry counts as settled: the others serve.
        """
        return self._settled.wait(timeout_s)

    def close(self) -> None:
        """Stops watching and unloads every version; ongoing requests are waited for."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        for version in self._all():
            if version.state is State.AVAILABLE:
                version.unload()

    @property
    def alive(self) -> bool:
        """Whether the watching thread is running, or has rightly ended after its one look."""
        return self._thread.is_alive() or (
            self._settled.is_set() and not self._repository.poll_wait_s
        )

    def models(self) -> list[str]:
        """Returns the names of all models that were ever wanted, sorted."""
        return sorted(dict(self._versions))

    def ready(self) -> bool:
        """Tells whether the first look is over and at least one model answers.

        One model that cannot be served does not keep the others from being ready.
        """
        return self._settled.is_set() and any(v.state is State.AVAILABLE for v in self._all())

    def loading(self) -> bool:
        """Tells whether a version still waits for its first load, or for a retry."""
        return any(v.state in (State.START, State.LOADING) for v in self._all())

    def statuses(self, model: str, version: int | None = None) -> list[VersionStatus]:
        """Returns the status of one version, or of all versions of a model, newest first.

        Raises:
            NotFoundError: The model or version was never wanted.
        """
        found = dict(self._versions.get(model, {}))
        if not found:
            raise NotFoundError(f"Could not find any versions of model {model}")
        if version is None:
            return [found[number].status for number in sorted(found, reverse=True)]
        if version not in found:
            raise NotFoundError(f"Could not find version {version} of model {model}")
        return [found[version].status]

    def find(self, spec: ModelSpec) -> ModelVersion:
        """Returns the version that `spec` asks for.

        Raises:
            NotFoundError: It is not AVAILABLE.
            InvalidArgumentError: It is asked for by a label that is not known.
        """
        if spec.label is not None:
            raise InvalidArgumentError(f"Unrecognized servable version label: {spec.label}")
        found = dict(self._versions.get(spec.name, {}))
        if spec.version is None:
            ready = [v for v in found.values() if v.state is State.AVAILABLE]
            if not ready:
                raise NotFoundError(f"Servable not found for request: Latest({spec.name})")
            return max(ready, key=lambda v: v.number)
        version = found.get(spec.version)
        if version is None or version.state is not State.AVAILABLE:
            raise NotFoundError(
                f"Servable not found for request: Specific({spec.name}, {spec.version})"
            )
        return version

    def _all(self) -> list[ModelVersion]:
        return [v for by_number in dict(self._versions).values() for v in dict(by_number).values()]

    # -- the watching thread

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                self._look_at_disk()
                self._load_and_unload()
            except Exception:  # noqa: BLE001 - see below
                # Whatever it was, the loaded versions go on serving and the next look may succeed.
                _log.exception("looking after the model repository failed")
            self._settled.set()
            if not self._repository.poll_wait_s:
                return
            self._stop.wait(self._repository.poll_wait_s)

    def _look_at_disk(self) -> None:
        root = self._repository.root
        try:
            names = list(self._repository.models) or scan_models(root)
        except OSError as exc:
            _log.warning("model repository %s: %s", root, exc.strerror)
            return
        for gone in set(self._wanted) - set(names):
            self._want(gone, [], {})
        for name in names:
            try:
                folders = scan_versions(root / name)
            except OSError as exc:
                # As in TensorFlow Serving, a vanished model folder changes nothing.
                _log.warning("model %s: %s: %s", name, root / name, exc.strerror)
                continue
            wanted = wanted_versions(folders, self._repository.version_policy)
            self._want(name, wanted, {n: folders[n].path for n in wanted})

    def _want(self, name: str, wanted: list[int], paths: Mapping[int, Path]) -> None:
        if not wanted and name not in self._versions:
            return
        known = self._versions.setdefault(name, {})
        before, self._wanted[name] = self._wanted.get(name, []), wanted
        for number in wanted:
            version = known.get(number)
            # A version that ended is tried again only after it was gone and came back.
            if version is None or (version.state is State.END and number not in before):
                known[number] = ModelVersion(name, number, paths[number], self._tensorflow)

    def _load_and_unload(self) -> None:
        for name, known in self._versions.items():
            wanted = self._wanted.get(name, [])
            for number in sorted(wanted, reverse=True):
                self._load_if_due(known[number])
            for version in list(known.values()):
                if version.number not in wanted and self._may_go(version, known, wanted):
                    self._retire(version)

    def _load_if_due(self, version: ModelVersion) -> None:
        if version.state not in (State.START, State.LOADING) or self._stop.is_set():
            return
        if time.monotonic() < version.next_try_s:
            return
        started_s = time.monotonic()
        version.load(
            max_retries=self._repository.max_load_retries,
            retry_interval_s=self._repository.load_retry_interval_s,
        )
        self._report(version, time.monotonic() - started_s)

    def _may_go(
        self, version: ModelVersion, known: dict[int, ModelVersion], wanted: list[int]
    ) -> bool:
        if version.state not in _LIVE:
            return False
        if version.state is not State.AVAILABLE or not wanted:
            return True
        return any(known[number].state is State.AVAILABLE for number in wanted)

    def _retire(self, version: ModelVersion) -> None:
        _log.info("unloading %s version %d", version.model, version.number)
        version.unload()

    def _report(self, version: ModelVersion, took_s: float) -> None:
        status = version.status
        if status.state is State.AVAILABLE:
            _log.info(
                "%s version %d is AVAILABLE after %.2f s", status.model, status.version, took_s
            )
        else:
            _log.warning(
                "%s version %d is %s: %s", status.model, status.version, status.state.name,
                status.error_message or f"load failed {version.failures} time(s), will be retried",
            )  # fmt: skip
