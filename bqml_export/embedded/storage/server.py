"""The embedded Cloud Storage: an HTTP server on loopback, and the way in for BigQuery."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from bqml_export.embedded.storage.backend import ObjectFiles, RequestRouter, UploadConditions
from bqml_export.errors import BqmlExportError

if TYPE_CHECKING:
    from pathlib import Path

Foreign: TypeAlias = Any
"""An argument that http.server passes on without saying what it is."""

_HOST = "127.0.0.1"
_QUOTED_BOUNDARY = re.compile(r"boundary='([^']*)'")


class StorageServer:
    """Cloud Storage's JSON API on loopback, as long as the `with` block lasts."""

    def __init__(self, state_dir: Path, *, port: int = 0) -> None:
        self._state_dir = state_dir
        self._port = port

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://{_HOST}:{self._port}"

    def __enter__(self) -> Self:
        """Starts to serve; the port is open when this returns."""
        self._files = _open(self._state_dir)
        handler = partial(_Handler, self._files, UploadConditions())
        try:
            self._httpd = _HttpServer((_HOST, self._port), handler)
        except OSError as exc:
            raise BqmlExportError(
                f"The embedded Cloud Storage cannot listen on {_HOST}:{self._port}: {exc.strerror}",
                hint="choose another port, or 0 for a free one",
            ) from exc
        self._port = self._httpd.server_port
        self._files.move_links(self.url)
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

    def bucket_location(self, bucket: str) -> str | None:
        """Returns the bucket's location, or None when there is no such bucket."""
        with self._files.lock:
            resource = self._files.get_bucket(bucket)
            return None if resource is None else str(resource["location"])

    def write(self, bucket: str, name: str, content: bytes) -> None:
        """Makes or replaces an object."""
        with self._files.lock:
            self._files.write_object(self.url, bucket, name, content)

    def names(self, bucket: str, prefix: str) -> list[str]:
        """Returns the names of the bucket's objects that begin with `prefix`."""
        with self._files.lock:
            found = self._files.objects.get(bucket, {})
            return sorted(name for name in found if name.startswith(prefix))

    def read(self, bucket: str, name: str) -> bytes:
        """Returns an object's content.

        Raises:
            FileNotFoundError: There is no such object.
        """
        with self._files.lock:
            return self._files.read_object(bucket, name)


class _HttpServer(ThreadingHTTPServer):
    """A thread per connection; none outlives the server."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, address: tuple[str, int], handler: Foreign) -> None:
        self._connections: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: Foreign, client_address: Foreign) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Foreign) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Foreign, client_address: Foreign) -> None:
        """Says nothing: a client that goes away is no error."""

    def close_connections(self) -> None:
        """Ends the connections whose client says nothing."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    def __init__(
        self, files: ObjectFiles, uploads: UploadConditions, *args: Foreign, **kwargs: Foreign
    ) -> None:
        self._router = RequestRouter(self, files, uploads)
        super().__init__(*args, **kwargs)

    def parse_request(self) -> bool:
        parsed = super().parse_request()
        content_type = self.headers.get("Content-Type", "") if parsed else ""
        if "boundary='" in content_type:
            # `gcloud storage` quotes the boundary in a way that MIME does not know.
            fixed = _QUOTED_BOUNDARY.sub(r'boundary="\1"', content_type)
            self.headers.replace_header("Content-Type", fixed)
        return parsed

    def do_GET(self) -> None:
        self._router.handle("GET")

    def do_POST(self) -> None:
        self._router.handle("POST")

    def do_PUT(self) -> None:
        self._router.handle("PUT")

    def do_PATCH(self) -> None:
        self._router.handle("PATCH")

    def do_DELETE(self) -> None:
        self._router.handle("DELETE")

    def log_message(self, *_args: object) -> None:
        """Keeps quiet."""


def _open(directory: Path) -> ObjectFiles:
    try:
        return ObjectFiles(directory)
    except (OSError, ValueError) as exc:
        raise BqmlExportError(
            f"The embedded Cloud Storage cannot open its data in {directory}: {exc}",
            hint="move that folder away to start with an empty one",
        ) from exc
