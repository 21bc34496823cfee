"""One version of one model: its state, its Servable and the leases on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from foundation.json_types import Json
from serve_app.errors import (
    InternalError,
    NotFoundError,
    ServeAppError,
    UnknownError,
    UnsupportedExportError,
)
from serve_app.kinds.registry import kind_of
from serve_app.kinds.servable import LoadOptions, Servable, Tensors
from serve_app.metrics.recorder import Recorder
from serve_app.predictor import State, VersionStatus
from serve_app.repository.place import VersionFiles
from serve_app.repository.record import read_record
from serve_app.settings import TensorFlowSettings
from serve_app.warmup.version_warmup import warm_version


class ModelVersion:
    """Loads, lends and unloads one version.

    The manager's thread decides; a loader thread runs `load`; requests take leases.

    Args:
        on_change: Called, in any thread, when there may be something to decide.
    """

    def __init__(
        self,
        model: str,
        number: int,
        files: VersionFiles,
        settings: TensorFlowSettings,
        recorder: Recorder,
        on_change: Callable[[], None],
    ) -> None:
        self.model = model
        self.number = number
        self.record: dict[str, Json] | None = None
        self.failures = 0
        self.next_try_s = 0.0
        self.being_loaded = False
        self._files = files
        self._settings = settings
        self._recorder = recorder
        self._on_change = on_change
        self._status = VersionStatus(model, number, State.START)
        self._failure: VersionStatus | None = None
        self._servable: Servable | None = None
        self._leases = 0
        self._changed = threading.Condition()

    @property
    def status(self) -> VersionStatus:
        return self._status

    @property
    def state(self) -> State:
        return self._status.state

    @property
    def not_loaded(self) -> bool:
        """Whether the first load, or a retry, is still to come or under way."""
        return self.state in (State.START, State.LOADING)

    @property
    def waits_for_retry(self) -> bool:
        """Whether a load has failed and the next one is due at `next_try_s`."""
        return self.state is State.LOADING and self.failures > 0 and not self.being_loaded

    def load(self, *, max_retries: int, retry_interval_s: float) -> None:
        """Tries to load once; afterwards the version is AVAILABLE, END, or LOADING until a retry.

        An export of a kind that is not served cannot heal: it ends at once. All else may be a
        folder that is still being copied.
        """
        self._set(State.LOADING)
        try:
            self._servable = self._load()
        except ServeAppError as exc:
            gives_up = self.failures >= max_retries or isinstance(exc, UnsupportedExportError)
            self._note_failure(exc, retry_interval_s, gives_up=gives_up)
        except Exception as exc:  # noqa: BLE001 - whatever a model's files cause must not end us
            error = UnknownError(f"{type(exc).__name__}: {exc}")
            self._note_failure(error, retry_interval_s, gives_up=self.failures >= max_retries)
        else:
            self._set(State.AVAILABLE)

    def _note_failure(
        self, error: ServeAppError, retry_interval_s: float, *, gives_up: bool
    ) -> None:
        self._files.release(forget=False)
        # Not the error itself: its traceback would keep the half-loaded graph in memory.
        self._failure = VersionStatus(
            self.model, self.number, State.END, error.code_name, error.message
        )
        self.next_try_s = time.monotonic() + retry_interval_s
        self.failures += 1
        if gives_up:
            self._status = self._failure

    def _load(self) -> Servable:
        settings = self._settings
        options = LoadOptions(
            max(1, settings.threads), settings.request_timeout_ms, settings.share_calls
        )
        try:
            path = self._files.fetch()
            kind = kind_of(path)
            self.record = read_record(path)
            servable = kind.load(path, options)
        except OSError as exc:
            raise NotFoundError(f"{exc.filename or self.model}: {exc.strerror}") from exc
        except MemoryError as exc:
            raise InternalError(f"{self.model} version {self.number}: out of memory") from exc
        try:
            servable.learn(self._warm(servable, path))
        except BaseException:
            servable.close()
            raise
        return servable

    def _warm(self, servable: Servable, folder: Path) -> Mapping[str, Tensors]:
        if not self._settings.warmup:
            return {}
        iterations = self._settings.warmup_iterations
        return warm_version(servable, folder, iterations, self._recorder)

    def give_up(self) -> None:
        """Ends a version that is not wanted before it was loaded, with its last error if any."""
        self._status = self._failure or VersionStatus(self.model, self.number, State.END)

    def retire(self) -> None:
        """Makes the version UNLOADING: leases go on, new ones are refused."""
        with self._changed:
            self._set(State.UNLOADING)

    def end_if_idle(self) -> bool:
        """Gives a retired version's memory back unless it is leased; tells if the version ended."""
        with self._changed:
            if self._leases:
                return False
            servable, self._servable = self._servable, None
        self._end(servable, forget=True)
        return True

    def unload(self) -> None:
        """Waits for the leases to end, then gives the memory back. The version is END after it."""
        with self._changed:
            self._set(State.UNLOADING)
            self._changed.wait_for(lambda: self._leases == 0)
            servable, self._servable = self._servable, None
        self._end(servable, forget=False)

    def _end(self, servable: Servable | None, *, forget: bool) -> None:
        if servable is not None:
            servable.close()
        self._files.release(forget=forget)
        self._set(State.END)

    def acquire(self) -> Servable | None:
        """Returns the Servable and keeps it loaded until `release`; None if not AVAILABLE."""
        with self._changed:
            if self.state is not State.AVAILABLE:
                return None
            self._leases += 1
            return self._servable

    def release(self) -> None:
        with self._changed:
            self._leases -= 1
            self._changed.notify_all()
        if self.state is State.UNLOADING:
            self._on_change()

    @contextmanager
    def lease(self) -> Iterator[Servable]:
        """Raises NotFoundError where the version is not AVAILABLE."""
        servable = self.acquire()
        if servable is None:
            raise NotFoundError(
                f"Servable not found for request: Specific({self.model}, {self.number})"
            )
        try:
            yield servable
        finally:
            self.release()

    def _set(self, state: State) -> None:
        self._status = VersionStatus(self.model, self.number, state)
