"""The embedded BigQuery: backend, gateway and HTTP server, started and stopped together."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Self

import uvicorn

from bqml_export.embedded.bigquery._asgi import AsgiApplication
from bqml_export.embedded.bigquery.backend.client import BackendClient
from bqml_export.embedded.bigquery.backend.in_process import InProcessBackend
from bqml_export.embedded.bigquery.backend.scratch import remove_leftovers
from bqml_export.embedded.bigquery.backend.seeds import plant_seeds
from bqml_export.embedded.bigquery.routes.gateway import Gateway
from bqml_export.embedded.bigquery.stores.jobs import JobStore
from bqml_export.embedded.bigquery.stores.models import ModelStore
from bqml_export.embedded.bigquery.stores.services import ObjectStore, Services
from bqml_export.errors import BqmlExportError

_HOST = "127.0.0.1"


class BigQueryServer:
    """BigQuery's REST API on loopback, as long as the `with` block lasts."""

    def __init__(self, state_dir: Path, objects: ObjectStore, *, port: int = 0) -> None:
        self._state_dir = state_dir
        self._objects = objects
        self._port = port
        self._backend = InProcessBackend(state_dir / "backend")

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self._port}"

    def __enter__(self) -> Self:
        """Starts to serve; the port is open when this returns."""
        self._backend.start()
        try:
            self._start()
        except BaseException:
            self._backend.stop()
            raise
        return self

    def __exit__(self, *_exc_info: object) -> None:
        """Stops: running jobs are cancelled, finished ones and all data are on disk."""
        self._jobs.close()
        self._server.should_exit = True
        self._thread.join()
        self._application.close()
        self._socket.close()
        self._backend.stop()

    def _start(self) -> None:
        self._jobs = JobStore(self._state_dir / "jobs")
        client = BackendClient(self._backend)
        services = Services(
            api=self._backend,
            backend=client,
            models=ModelStore(self._state_dir / "models"),
            jobs=self._jobs,
            objects=self._objects,
        )
        remove_leftovers(client)
        plant_seeds(client)
        self._application = AsgiApplication(Gateway(services))
        self._socket = _listen(self._port)
        self._port = int(self._socket.getsockname()[1])
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._application,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=2,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="bigquery-http", daemon=True
        )
        self._thread.start()


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((_HOST, port))
    except OSError as exc:
        raise BqmlExportError(
            f"The embedded BigQuery cannot listen on {_HOST}:{port}: {exc.strerror}",
            hint="choose another port, or 0 for a free one",
        ) from exc
