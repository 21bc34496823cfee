"""HTTP on loopback: a thread per connection, bodies that stream, errors that never drop it."""

from __future__ import annotations

import socket
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from bqml_export.embedded.storage.protocol.wire import ApiError, FileSlice, Request, Response

Answer: TypeAlias = Callable[[Request], Response]

Foreign: TypeAlias = Any
"""An argument that http.server passes on without saying what it is."""

_PIECE_BYTES = 1 << 18


class HttpServer(ThreadingHTTPServer):
    """A thread per connection; none outlives the server."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

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
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Body:
    def __init__(self, stream: BufferedIOBase, headers: Foreign) -> None:
        self._stream = stream
        self._pieces = self._raw(headers)
        self._encoding = str(headers.get("Content-Encoding", "")).lower()

    def chunks(self) -> Iterable[bytes]:
        """Unpacks a body that is packed in transit."""
        if self._encoding != "gzip":
            return self._pieces
        return _unpacked(self._pieces)

    def read(self) -> bytes:
        return b"".join(self.chunks())

    def drain(self) -> None:
        """Reads what nobody wanted, so that the next request of the connection can be read."""
        for _ in self._pieces:
            pass

    def _raw(self, headers: Foreign) -> Iterator[bytes]:
        if "chunked" in str(headers.get("Transfer-Encoding", "")).lower():
            yield from self._transfer_chunks()
            return
        yield from self._exactly(int(headers.get("Content-Length") or 0))

    def _exactly(self, count: int) -> Iterator[bytes]:
        while count:
            piece = self._stream.read(min(count, _PIECE_BYTES))
            if not piece:
                raise ConnectionError("the client went away in the middle of a body")
            count -= len(piece)
            yield piece

    def _transfer_chunks(self) -> Iterator[bytes]:
        while size := int(self._stream.readline().split(b";")[0].strip() or b"0", 16):
            yield from self._exactly(size)
            self._stream.readline()
        while self._stream.readline().strip():
            pass  # trailers


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        for piece in pieces:
            yield unpack.decompress(piece)
        yield unpack.flush()
    except zlib.error as exc:
        raise ApiError(400, f"The body is not gzip: {exc}") from exc


class Connection(BaseHTTPRequestHandler):
    """One connection, which may carry many requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def __init__(self, answer: Answer, *args: Foreign, **kwargs: Foreign) -> None:
        self._answer = answer
        super().__init__(*args, **kwargs)

    def __getattr__(self, name: str) -> Callable[[], None]:
        # http.server looks for do_GET, do_PATCH, ...; what exists is for the router to say.
        if name.startswith("do_"):
            return self._handle
        raise AttributeError(name)

    def handle_expect_100(self) -> bool:
        """Tells a client that waits before it sends a body that it may go on."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def _handle(self) -> None:
        body = _Body(self.rfile, self.headers)
        try:
            response = self._answered(body)
            try:
                body.drain()
                self._send(response)
            finally:
                if isinstance(response.content, FileSlice):
                    response.content.file.close()
        except (ConnectionError, ValueError):
            self.close_connection = True

    def _answered(self, body: _Body) -> Response:
        path, _, query = self.path.partition("?")
        host = self.headers.get("Host", "127.0.0.1")
        request = Request(
            method=(self.headers.get("X-HTTP-Method-Override") or self.command).upper(),
            path=path,
            query=parse_qs(query, keep_blank_values=True),
            headers=self.headers,  # type: ignore[arg-type]  # case does not matter in a Message
            body=body,
            base_url=f"http://{host}",
        )
        try:
            return self._answer(request)
        except ApiError as exc:
            return exc.response()
        except ConnectionError:
            raise
        except Exception as exc:  # noqa: BLE001 - clients repeat after a dropped connection
            message = f"{type(exc).__name__}: {exc}"
            return ApiError(400, message).response()

    def _send(self, response: Response) -> None:
        self.send_response(response.status, response.phrase)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status not in (204, 304):
            self.send_header("Content-Length", str(response.length))
        self.end_headers()
        if self.command == "HEAD" or response.status in (204, 304):
            return
        if isinstance(response.content, FileSlice):
            self._send_slice(response.content)
        else:
            self.wfile.write(response.content)

    def _send_slice(self, part: FileSlice) -> None:
        part.file.seek(part.start)
        left = part.length
        while left:
            piece = part.file.read(min(left, _PIECE_BYTES))
            if not piece:
                raise ConnectionError("the object's file is shorter than its record says")
            self.wfile.write(piece)
            left -= len(piece)

    def log_message(self, *_args: object) -> None:
        """Keeps quiet."""
