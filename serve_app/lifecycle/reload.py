"""Keeps this replica on the configuration that all replicas share, and changes it for all.

A thread follows the shared store and, where the settings say so, the config file; `reload` is what
a protocol calls for HandleReloadConfigRequest. File and request publish into one row of
generations, so the last change wins, whichever replica it reached.
"""

from __future__ import annotations

import logging
import math
import threading
import time
import uuid

from serve_app.config.check import check_config, check_labels
from serve_app.config.file import open_config
from serve_app.config.listing import listed_by_settings
from serve_app.config.serving_config import ServingConfig
from serve_app.config.store import ConfigStore, Generation, Heartbeat
from serve_app.errors import DeadlineExceededError, ServeAppError, UnknownError
from serve_app.lifecycle.followers import await_followers
from serve_app.lifecycle.manager import ServableManager
from serve_app.predictor import VersionStatus
from serve_app.settings import RepositorySettings

_log = logging.getLogger(__name__)
_TICK_S = 0.5


class Reloader:
    """Decides which models the manager serves."""

    def __init__(
        self, manager: ServableManager, store: ConfigStore, repository: RepositorySettings
    ) -> None:
        self._manager = manager
        self._watcher = manager.watcher
        self._store = store
        self._repository = repository
        self._member = uuid.uuid4().hex
        self._beats = 0
        self._current = Generation(0, None)
        self._ticket = 0
        self._new_models: frozenset[str] = frozenset()
        self._seen_digest = ""
        self._next_file_look_s = math.inf
        # Reentrant: a change takes the generation that it has just published.
        self._changing = threading.RLock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="config-follower", daemon=True)

    def start(self) -> None:
        """Starts the manager with the shared configuration; the first replica publishes it.

        Raises:
            ServeAppError: This is the first replica and the config file cannot be served.
        """
        newest = self._store.newest() or self._publish_first()
        self._current = newest
        self._seen_digest = newest.file_digest
        if self._repository.model_config_poll_wait_s:
            self._next_file_look_s = 0.0
        self._manager.start(newest.config)
        self._thread.start()

    def _publish_first(self) -> Generation:
        file = self._repository.model_config_file
        text = open_config(file) if file else None
        config = text.read() if text else None
        first = Generation(1, config, text.digest if text else "")
        if self._store.propose(first):
            return first
        newest = self._store.newest()
        assert newest is not None, "nobody deletes the newest generation"
        return newest

    def close(self) -> None:
        """Stops following; the manager goes on as it is."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def empty_on_purpose(self) -> bool:
        """Whether the configuration lists no models, so that there is nothing to wait for."""
        config = self._current.config
        return config is not None and not config.models

    def listed(self) -> ServingConfig:
        try:
            return self._current.config or listed_by_settings(self._repository)
        except OSError:
            return ServingConfig()

    def reload(self, config: ServingConfig, timeout_s: float | None = None) -> None:
        """Serves what `config` lists, and nothing else, on every replica; blocks until that is so.

        Each model that was not listed before must get one AVAILABLE version, here and on the other
        replicas; new versions of known models are not waited for. What was published stays in
        force, whatever is raised afterwards. Without `timeout_s` it waits as long as it takes.

        Raises:
            InvalidArgumentError: The configuration cannot be served; nothing has changed.
            FailedPreconditionError: A label points at a version that is not AVAILABLE; the same.
            UnknownError: A new model could not be loaded; the rest is in force.
            DeadlineExceededError: It takes longer than `timeout_s`; it goes on in the background.
        """
        deadline_s = math.inf if timeout_s is None else time.monotonic() + timeout_s
        with self._changing:
            number = self._publish(config)
            ticket, new_models = self._ticket, self._new_models
        failed = self._watcher.await_models(ticket, new_models, _left_s(deadline_s))
        if not await_followers(self._store, self._member, number, deadline_s, self._stop):
            raise DeadlineExceededError("other replicas have not loaded the new models in time")
        if failed:
            raise UnknownError(_unavailable(failed))

    def _publish(self, config: ServingConfig) -> int:
        while True:
            self._follow()
            check_config(config, self.listed())
            check_labels(
                config,
                self._manager.available(),
                self._manager.labels(),
                allow_unavailable=self._repository.allow_labels_for_unavailable,
            )
            if self._propose(config, self._current.file_digest):
                return self._current.number

    def _propose(self, config: ServingConfig, file_digest: str) -> bool:
        """Publishes and takes a new generation; tells whether no other replica was faster."""
        generation = Generation(self._current.number + 1, config, file_digest)
        published = self._store.propose(generation)
        if published:
            self._take(generation)
        return published

    def _follow(self) -> None:
        newest = self._store.newest()
        if newest is not None and newest.number > self._current.number:
            self._take(newest)

    def _take(self, generation: Generation) -> None:
        _log.info("serving model configuration %d", generation.number)
        before = self.listed().by_name().keys()
        self._current = generation
        self._new_models = frozenset(self.listed().by_name().keys() - before)
        self._ticket = self._watcher.apply(generation.config)

    # -- the thread

    def _run(self) -> None:
        while not self._stop.wait(_TICK_S):
            try:
                with self._changing:
                    self._follow()
                    self._look_at_file()
                self._beat()
            except Exception:  # noqa: BLE001 - see below
                # The store may be away for a while; this replica serves what it has.
                _log.exception("following the model configuration failed")
        self._store.forget(self._member)

    def _beat(self) -> None:
        """Tells the others, once the start is over, how far this replica has followed."""
        if not self._watcher.settled.is_set():
            return
        self._beats += 1
        done = self._watcher.decided(self._ticket, self._new_models)
        number = self._current.number if done else self._current.number - 1
        self._store.heartbeat(self._member, Heartbeat(self._beats, number))

    def _look_at_file(self) -> None:
        file = self._repository.model_config_file
        if file is None or time.monotonic() < self._next_file_look_s:
            return
        self._next_file_look_s = time.monotonic() + self._repository.model_config_poll_wait_s
        try:
            text = open_config(file)
            if text.digest in (self._seen_digest, self._current.file_digest):
                return
            self._seen_digest = text.digest
            config = text.read()
            check_config(config, self.listed())
        except ServeAppError as exc:
            _log.error("%s; the configuration stays as it was", exc.message)
            return
        if not self._propose(config, text.digest):
            self._seen_digest = ""  # another replica was faster: look again


def _left_s(deadline_s: float) -> float | None:
    return None if deadline_s == math.inf else max(0.0, deadline_s - time.monotonic())


def _unavailable(failed: list[VersionStatus]) -> str:
    models = "".join(
        f"{{{{name: {s.model} version: {s.version}}} due to error: "
        f"{s.error_code}: {s.error_message}}}, "
        for s in failed
    )
    return f"{len(failed)} model(s) did not become available: {{{models}}}"
