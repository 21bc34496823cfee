"""Fetching one object into its file: from where the file ends, checked while it arrives."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import BinaryIO, TypeAlias

import google_crc32c

from bqml_export.bucket.objects import StoredObject
from bqml_export.bucket.uri import BucketUri
from bqml_export.clients import Clients
from bqml_export.errors import BqmlExportError, StorageError
from bqml_export.foreign_errors import foreign_errors

OnBytes: TypeAlias = Callable[[int], None]
"""Is told how many more bytes are there, < 0 when some were thrown away; from any thread."""

_CHUNK_BYTES = 1 << 20
_ATTEMPTS_AT_CONTENT = 3
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 10.0


class StoppedError(BqmlExportError):
    """Another object could not be fetched, or the user has had enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """How objects of one place are fetched."""

    clients: Clients
    place: BucketUri
    on_bytes: OnBytes
    stop: Event = field(default_factory=Event)
    """When it is set, what runs ends at its next piece of bytes."""

    def __call__(self, stored: StoredObject, file: Path) -> None:
        """Brings `file` to hold the bytes of the object, in its listed generation.

        Raises:
            StorageError: The bytes are not the listed ones however often they are fetched, or the
                object has changed.
            BqmlExportError: The service does not answer any more.
        """
        for _ in range(_ATTEMPTS_AT_CONTENT):
            sink = self._to_the_end(stored, file)
            if (sink.size_bytes, sink.crc32c) == (stored.bytes, stored.crc32c):
                return
            # Not a byte of it can be trusted.
            self.on_bytes(-sink.size_bytes)
            file.unlink(missing_ok=True)
        raise StorageError(
            f"{self._name(stored)} arrived damaged {_ATTEMPTS_AT_CONTENT} times: "
            f"{sink.size_bytes:,} bytes with CRC32C {sink.crc32c}, "
            f"expected {stored.bytes:,} bytes with {stored.crc32c}",
            hint="export the model again to a fresh prefix",
        )

    def _to_the_end(self, stored: StoredObject, file: Path) -> _Sink:
        """Returns the file's sums once the server has nothing more; transient errors are retried.

        The clock starts again with each byte that arrives: a slow network is no broken one.
        """
        with file.open("ab") as stream:
            sink = _Sink(stream, self.on_bytes, self.stop)
            sink.take_in(file)
            pause_s, progress_s, last = _FIRST_PAUSE_S, time.monotonic(), sink.size_bytes
            while sink.size_bytes < stored.bytes:
                try:
                    self._once(stored, sink)
                    break
                except Exception as exc:
                    if sink.size_bytes > last:
                        pause_s, progress_s, last = (
                            _FIRST_PAUSE_S,
                            time.monotonic(),
                            sink.size_bytes,
                        )
                    if not self._worth_another_try(exc, progress_s):
                        with foreign_errors(f"downloading {self._name(stored)}"):
                            raise
                self.stop.wait(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            return sink

    def _once(self, stored: StoredObject, sink: _Sink) -> None:
        blob = self.clients.storage.bucket(self.place.bucket).blob(self.place.folder + stored.path)
        blob.download_to_file(
            sink,
            start=sink.size_bytes or None,
            raw_download=True,
            if_generation_match=stored.generation,
            checksum=None,
            retry=None,
            timeout=self.clients.call_timeout_s,
        )

    def _worth_another_try(self, exc: Exception, progress_s: float) -> bool:
        retry = self.clients.storage_retry
        if isinstance(exc, BqmlExportError) or not retry._predicate(exc):  # noqa: SLF001
            return False
        return time.monotonic() - progress_s < (retry.timeout or 0)

    def _name(self, stored: StoredObject) -> str:
        return f"gs://{self.place.bucket}/{self.place.folder}{stored.path}"


class _Sink:
    """The end of a file that grows, with the CRC32C of all of it."""

    def __init__(self, stream: BinaryIO, on_bytes: OnBytes, stop: Event) -> None:
        self._stream = stream
        self._on_bytes = on_bytes
        self._stop = stop
        self._checksum = google_crc32c.Checksum()
        self.size_bytes = 0

    @property
    def crc32c(self) -> str:
        """The CRC32C as Cloud Storage writes it: base64 of four bytes."""
        return base64.b64encode(self._checksum.digest()).decode("ascii")

    def take_in(self, file: Path) -> None:
        with file.open("rb") as content:
            while chunk := content.read(_CHUNK_BYTES):
                self._count(chunk)

    def write(self, chunk: bytes) -> int:
        """Takes bytes of a download; called by the client library."""
        if self._stop.is_set():
            raise StoppedError("stopped")
        self._stream.write(chunk)
        self._stream.flush()
        self._count(chunk)
        return len(chunk)

    def _count(self, chunk: bytes) -> None:
        self._checksum.update(chunk)
        self.size_bytes += len(chunk)
        self._on_bytes(len(chunk))
