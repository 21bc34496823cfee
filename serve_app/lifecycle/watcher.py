"""The thread that keeps the loaded versions in step with the model configuration and the files.

It looks and decides, loader threads load, requests only take leases. The rules are TensorFlow
Serving's (availability preserving): new versions load first, and an unwanted version goes only when
a wanted one is ready, or none is wanted. Waiting for a lease to end holds nobody else up.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from serve_app.config.listing import listed_by_settings
from serve_app.config.serving_config import ServingConfig
from serve_app.errors import DeadlineExceededError
from serve_app.lifecycle.memory import give_memory_back, set_imports_aside
from serve_app.lifecycle.served_model import ServedModel
from serve_app.lifecycle.swap import versions_to_retire
from serve_app.lifecycle.version import ModelVersion
from serve_app.metrics.recorder import Recorder
from serve_app.predictor import State, VersionStatus
from serve_app.repository.place import VersionFiles
from serve_app.settings import RepositorySettings, TensorFlowSettings

_log = logging.getLogger(__name__)


class Watcher:
    """Looks after the versions of all models."""

    def __init__(
        self,
        repository: RepositorySettings,
        tensorflow: TensorFlowSettings,
        recorder: Recorder,
    ) -> None:
        self.models: dict[str, ServedModel] = {}
        self.settled = threading.Event()
        self._repository = repository
        self._tensorflow = tensorflow
        self._recorder = recorder
        self._recorder = recorder
        self._config: ServingConfig | None = None
        self._ticket = 0
        self._applied = 0
        self._next_look_s = 0.0
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._turned = threading.Condition()
        self._loaders = ThreadPoolExecutor(repository.load_threads, thread_name_prefix="loader")
        self._thread = threading.Thread(target=self._run, name="servable-watcher", daemon=True)

    # -- called by others

    def start(self, config: ServingConfig | None) -> None:
        """Starts the thread; `config` as for `apply`."""
        self._config = config
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def close(self) -> None:
        """Ends the thread and unloads every version; ongoing requests are waited for."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._loaders.shutdown(cancel_futures=True)
        for version in self._versions():
            if version.state in (State.AVAILABLE, State.UNLOADING):
                version.unload()

    def apply(self, config: ServingConfig | None) -> int:
        """Serves what `config` lists from now on, None what the settings list.

        Returns:
            A ticket for `await_models`.
        """
        self._config = config
        self._ticket += 1
        self._next_look_s = 0.0
        self._wake.set()
        return self._ticket

    def listed(self) -> list[str]:
        return [name for name, model in dict(self.models).items() if model.listed]

    def decided(self, ticket: int, names: Collection[str]) -> bool:
        """Tells whether the files were looked at since `ticket` and each model has an outcome."""
        if self._applied < ticket:
            return False
        models = [self.models.get(name) for name in names]
        return all(model and model.outcome() for model in models)

    def await_models(
        self, ticket: int, names: Collection[str], timeout_s: float | None
    ) -> list[VersionStatus]:
        """Waits until each model has an AVAILABLE version or was given up; returns the latter.

        A model without a version is waited for in vain; without `timeout_s`, as long as it takes.

        Raises:
            DeadlineExceededError: It takes longer than `timeout_s`, or the watcher was closed.
        """
        with self._turned:
            self._turned.wait_for(
                lambda: self._stop.is_set() or self.decided(ticket, names), timeout_s
            )
        if not self.decided(ticket, names):
            raise DeadlineExceededError(
                f"no version became available in time: {', '.join(sorted(names))}"
            )
        outcomes = [self.models[name].outcome() for name in names]
        return [status for status in outcomes if status and status.state is State.END]

    def _versions(self) -> list[ModelVersion]:
        models = dict(self.models).values()
        return [version for model in models for version in dict(model.versions).values()]

    # -- the thread

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self._turn()
            except Exception:  # noqa: BLE001 - see below
                # Whatever it was, the loaded versions go on serving and the next turn may succeed.
                _log.exception("looking after the models failed")
            self._settle()
            with self._turned:
                self._turned.notify_all()
            self._wake.wait(self._pause_s())
        with self._turned:
            self._turned.notify_all()

    def _turn(self) -> None:
        if time.monotonic() >= self._next_look_s:
            self._look()
        for model in self.models.values():
            for number in model.wanted:
                self._load_if_due(model.versions[number])
            self._drop_unwanted(model)

    def _settle(self) -> None:
        """Notes the end of the start: each version found by the first look has been tried."""
        untried = any(v.not_loaded and not v.failures for v in self._versions())
        if not self.settled.is_set() and not untried:
            set_imports_aside()
            self.settled.set()

    def _pause_s(self) -> float | None:
        """Returns how long nothing is due; None where only others can bring something."""
        waiting = [v.next_try_s for v in self._versions() if v.waits_for_retry]
        next_s = min([self._next_look_s, *waiting])
        return max(0.0, next_s - time.monotonic()) if next_s < math.inf else None

    def _look(self) -> None:
        poll_wait_s = self._repository.poll_wait_s
        # In this order `apply`, which writes in the reverse one, is never overlooked.
        self._next_look_s = time.monotonic() + poll_wait_s if poll_wait_s else math.inf
        ticket = self._ticket
        config = self._config
        try:
            listed = config or listed_by_settings(self._repository)
        except OSError as exc:
            _log.warning("model repository %s: %s", self._repository.root, exc.strerror)
            return
        wanted = listed.by_name()
        for name, model_config in wanted.items():
            model = self.models.get(name) or self._add(name)
            model.look(model_config, self._repository.cache_dir, labels_file=config is None)
        for name in self.models.keys() - wanted.keys():
            self.models[name].drop()
        self._applied = ticket

    def _add(self, name: str) -> ServedModel:
        # A new dict: other threads are reading the old one.
        model = ServedModel(name, self._new_version)
        self.models = {**self.models, name: model}
        return model

    def _new_version(self, model: str, number: int, files: VersionFiles) -> ModelVersion:
        return ModelVersion(model, number, files, self._tensorflow, self._recorder, self._wake.set)

    def _load_if_due(self, version: ModelVersion) -> None:
        due = version.state is State.START or (
            version.waits_for_retry and time.monotonic() >= version.next_try_s
        )
        if due and not version.being_loaded:
            version.being_loaded = True
            self._loaders.submit(self._load, version)

    def _load(self, version: ModelVersion) -> None:
        started_s = time.monotonic()
        try:
            if version.number in self.models[version.model].wanted:
                version.load(
                    max_retries=self._repository.max_load_retries,
                    retry_interval_s=self._repository.load_retry_interval_s,
                )
                _report(version, time.monotonic() - started_s)
        finally:
            version.being_loaded = False
            self._wake.set()

    def _drop_unwanted(self, model: ServedModel) -> None:
        versions = list(model.versions.values())
        for version in versions_to_retire(versions, model.wanted):
            _log.info("unloading %s version %d", version.model, version.number)
            version.retire()
        for version in versions:
            unwanted = version.number not in model.wanted
            if unwanted and version.not_loaded and not version.being_loaded:
                version.give_up()
            elif version.state is State.UNLOADING and version.end_if_idle():
                give_memory_back()


def _report(version: ModelVersion, took_s: float) -> None:
    status = version.status
    if status.state is State.AVAILABLE:
        _log.info("%s version %d is AVAILABLE after %.2f s", status.model, status.version, took_s)
    else:
        _log.warning(
            "%s version %d is %s: %s", status.model, status.version, status.state.name,
            status.error_message or f"load failed {version.failures} time(s), will be retried",
        )  # fmt: skip
