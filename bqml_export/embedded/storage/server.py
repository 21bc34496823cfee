"""The embedded Cloud Storage: its life, and the way in for BigQuery."""

from __future__ import annotations

import mimetypes
import sqlite3
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Self

from bqml_export.embedded.storage._connection import Connection, HttpServer
from bqml_export.embedded.storage.protocol.wire import ApiError
from bqml_export.embedded.storage.routes.routes import Router
from bqml_export.embedded.storage.store.catalog import State
from bqml_export.embedded.storage.store.object_rules import DEFAULT_TYPE
from bqml_export.embedded.storage.store.object_store import NewObject, ObjectStore
from bqml_export.errors import BqmlExportError

_HOST = "127.0.0.1"


class StorageServer:
    """Cloud Storage's JSON API on loopback, as long as the `with` block lasts."""

    def __init__(self, state_dir: Path, *, port: int = 0) -> None:
        self._state_dir = state_dir
        self._port = port

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self._port}"

    def __enter__(self) -> Self:
        """Starts to serve; the port is open when this returns."""
        self._store = _open(self._state_dir)
        handler = partial(Connection, Router(self._store).answer)
        try:
            self._httpd = HttpServer((_HOST, self._port), handler)
        except OSError as exc:
            self._store.close()
            raise BqmlExportError(
                f"The embedded Cloud Storage cannot listen on {_HOST}:{self._port}: {exc.strerror}",
                hint="choose another port, or 0 for a free one",
            ) from exc
        self._port = self._httpd.server_port
        self._thread = threading.Thread(
            target=self._httpd.serve_forever, args=(0.05,), name="storage-http", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_exc_info: object) -> None:
        """Stops; open connections are closed."""
        self._httpd.shutdown()
        self._thread.join()
        self._httpd.close_connections()
        self._httpd.server_close()
        self._store.close()

    def bucket_location(self, bucket: str) -> str | None:
        resource = self._store.catalog.bucket(bucket)
        return None if resource is None else str(resource["location"])

    def write(self, bucket: str, name: str, content: bytes) -> None:
        kind = mimetypes.guess_type(name)[0] or DEFAULT_TYPE
        stored, digests = self._store.content.store([content])
        self._store.insert(
            NewObject(
                bucket=bucket,
                name=name,
                fields={"contentType": kind},
                content=stored,
                digests=digests,
            )
        )

    def names(self, bucket: str, prefix: str) -> list[str]:
        """Returns the names of the bucket's objects that begin with `prefix`, sorted."""
        found = self._store.catalog.objects(bucket, prefix, State.LIVE)
        return [stored.name for stored in found]

    def read(self, bucket: str, name: str) -> bytes:
        """FileNotFoundError: there is no such object."""
        with suppress(ApiError):
            stored = self._store.object(bucket, name)
            return self._store.content.path(stored.content).read_bytes()
        raise FileNotFoundError(name)


def _open(directory: Path) -> ObjectStore:
    try:
        return ObjectStore(directory)
    except (OSError, sqlite3.Error) as exc:
        raise BqmlExportError(
            f"The embedded Cloud Storage cannot open its data in {directory}: {exc}",
            hint="move that folder away to start with an empty one",
        ) from exc
