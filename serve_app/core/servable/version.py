"""One version of one model: its state, its SavedModel and the leases on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from serve_app.core.repository.export_kind import require_servable
from serve_app.core.repository.record import Json, read_record
from serve_app.core.servable.state import State, VersionStatus
from serve_app.core.servable.warmup import warm
from serve_app.errors import InternalError, NotFoundError, ServeAppError, UnsupportedExportError

if TYPE_CHECKING:
    from serve_app.core.servable.saved_model import SavedModel
    from serve_app.settings.model import TensorFlowSettings


class ModelVersion:
    """Loads, lends and unloads one version. Loading and unloading happen in one thread."""

    def __init__(self, model: str, number: int, path: Path, settings: TensorFlowSettings) -> None:
        self.model = model
        self.number = number
        self.path = path
        self.record: dict[str, Json] | None = None
        self.failures = 0
        self.next_try_s = 0.0
        self._settings = settings
        self._status = VersionStatus(model, number, State.START)
        self._servable: SavedModel | None = None
        self._leases = 0
        self._changed = threading.Condition()

    @property
    def status(self) -> VersionStatus:
        """The state right now."""
        return self._status

    @property
    def state(self) -> State:
        """The state right now, without its error."""
        return self._status.state

    def load(self, *, max_retries: int, retry_interval_s: float) -> None:
        """Tries to load once; afterwards the version is AVAILABLE, END, or LOADING until a retry.

        An export of a kind that is not served cannot heal: it ends at once. All else may be a
        folder that is still being copied.
        """
        self._set(State.LOADING)
        try:
            self._servable = self._load()
        except ServeAppError as exc:
            self._servable = None
            self.failures += 1
            if self.failures > max_retries or isinstance(exc, UnsupportedExportError):
                self._set(State.END, exc)
            self.next_try_s = time.monotonic() + retry_interval_s
        else:
            self._set(State.AVAILABLE)

    def _load(self) -> SavedModel:
        # Here, not at the top: TensorFlow reads its thread settings when it is imported, and the
        # process that only builds the application must not import it at all.
        from serve_app.core.servable.saved_model import SavedModel

        try:
            require_servable(self.path)
            self.record = read_record(self.path)
            servable = SavedModel(
                self.path,
                threads=max(1, self._settings.threads),
                timeout_ms=self._settings.request_timeout_ms,
            )
        except OSError as exc:
            raise NotFoundError(f"{self.path}: {exc.strerror}") from exc
        except MemoryError as exc:
            raise InternalError(f"{self.path}: out of memory") from exc
        warm(servable)
        return servable

    def unload(self) -> None:
        """Waits for the leases to end, then gives the memory back. The version is END after it."""
        with self._changed:
            self._set(State.UNLOADING)
            self._changed.wait_for(lambda: self._leases == 0)
            servable, self._servable = self._servable, None
        if servable is not None:
            servable.close()
        self._set(State.END)

    @contextmanager
    def lease(self) -> Iterator[SavedModel]:
        """Lends the SavedModel; it is not unloaded before the lease ends.

        Raises:
            NotFoundError: The version is not AVAILABLE.
        """
        with self._changed:
            if self._servable is None or self.state is not State.AVAILABLE:
                raise NotFoundError(
                    f"Servable not found for request: Specific({self.model}, {self.number})"
                )
            self._leases += 1
            servable = self._servable
        try:
            yield servable
        finally:
            with self._changed:
                self._leases -= 1
                self._changed.notify_all()

    def _set(self, state: State, error: ServeAppError | None = None) -> None:
        code, message = (error.code_name, error.message) if error else ("OK", "")
        self._status = VersionStatus(self.model, self.number, state, code, message)
