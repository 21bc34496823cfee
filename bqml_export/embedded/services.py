"""Starts the embedded BigQuery and Cloud Storage together, in this process, on loopback.

Importing this module is cheap; the services' own dependencies are imported when they start.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from bqml_export.embedded.state.atomic import remove_unfinished, write_atomically
from bqml_export.errors import BqmlExportError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bqml_export.embedded.bigquery.server import BigQueryServer
    from bqml_export.embedded.storage.server import StorageServer

_ENDPOINTS_FILE = "endpoints.json"
_PROJECT = re.compile(r"[a-z][-a-z0-9:.]{0,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the services listen, and the project that clients should use."""

    bigquery_url: str
    storage_url: str
    project: str

    def environment(self) -> dict[str, str]:
        return {
            "BIGQUERY_EMULATOR_HOST": self.bigquery_url,
            "STORAGE_EMULATOR_HOST": self.storage_url,
            "GOOGLE_CLOUD_PROJECT": self.project,
        }


@contextmanager
def embedded_services(
    state_dir: Path, *, bigquery_port: int = 0, storage_port: int = 0, project: str = "local"
) -> Iterator[Endpoints]:
    """Runs both services for the length of the `with` block; port 0 is a free one.

    `state_dir` survives restarts; `project` is what `Endpoints` names, any can be used.

    Raises:
        BqmlExportError: Another process uses the folder, a port is taken, or the data is damaged.
        UsageError: The project's name is not one that Google Cloud would take.
    """
    if not _PROJECT.fullmatch(project):
        raise UsageError(
            f"project: expected lower-case letters, digits and dashes, got {project!r}"
        )
    state_dir = state_dir.expanduser().resolve()
    with ExitStack() as stack:
        stack.enter_context(_locked(state_dir))
        remove_unfinished(state_dir)
        bigquery_server, storage_server = _server_classes()
        storage = stack.enter_context(storage_server(state_dir / "storage", port=storage_port))
        bigquery = stack.enter_context(
            bigquery_server(state_dir / "bigquery", storage, port=bigquery_port)
        )
        endpoints = Endpoints(bigquery.url, storage.url, project)
        write_atomically(state_dir / _ENDPOINTS_FILE, json.dumps(asdict(endpoints)).encode())
        yield endpoints


def running_endpoints(state_dir: Path) -> Endpoints | None:
    state_dir = state_dir.expanduser()
    try:
        with (state_dir / ".lock").open("rb") as handle:
            if not _is_locked(handle.fileno()):
                return None
        return Endpoints(**json.loads((state_dir / _ENDPOINTS_FILE).read_bytes()))
    except FileNotFoundError:
        return None


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _server_classes() -> tuple[type[BigQueryServer], type[StorageServer]]:
    try:
        # Seconds of imports: only a start needs them.
        from bqml_export.embedded.bigquery.server import BigQueryServer
        from bqml_export.embedded.storage.server import StorageServer
    except ImportError as exc:
        raise BqmlExportError(
            f"The embedded services need a package that is not installed: {exc.name}",
            hint="pip install 'bqml-ray-serve[local]'; in a clone, pip install '.[local]'",
        ) from exc
    return BigQueryServer, StorageServer


@contextmanager
def _locked(state_dir: Path) -> Iterator[None]:
    """Holds the folder's lock; the kernel drops it when the process ends, however it ends."""
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(state_dir / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as exc:
        raise BqmlExportError(f"Cannot use {state_dir}: {exc.strerror}") from exc
    try:
        _lock(handle, state_dir)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, state_dir: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"
        raise BqmlExportError(
            f"Another process (pid {owner}) runs the embedded services on {state_dir}",
            hint=f'eval "$(bqml-export emulate --env --state-dir {state_dir})" to use them, '
            "or stop it, or choose another state folder",
        ) from None
    (state_dir / _ENDPOINTS_FILE).unlink(missing_ok=True)
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
