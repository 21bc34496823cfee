"""The bytes of objects: files that are written once, hashed while they arrive, never changed."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import google_crc32c

_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Digests:
    """Size and checksums; both are base64, as Cloud Storage writes them."""

    size_bytes: int
    crc32c: str
    md5: str | None
    """None for objects that were put together from others, as in Cloud Storage."""


class Hashes:
    """The checksums of bytes that have arrived so far."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self._crc32c = google_crc32c.Checksum()
        self._md5 = hashlib.md5(usedforsecurity=False)

    def update(self, chunk: bytes) -> None:
        self.size_bytes += len(chunk)
        self._crc32c.update(chunk)
        self._md5.update(chunk)

    def digests(self) -> Digests:
        crc32c, md5 = self._crc32c.digest(), self._md5.digest()
        return Digests(self.size_bytes, _base64(crc32c), _base64(md5))


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


class GrowingFile:
    """A file whose bytes come in several requests; the checksums are kept while it grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hashes: Hashes | None = None

    @property
    def size_bytes(self) -> int:
        return self._known().size_bytes

    def append(self, chunks: Iterable[bytes]) -> None:
        """Adds bytes; what has arrived when `chunks` fails is kept."""
        hashes = self._known()
        with self._path.open("ab") as file:
            for chunk in chunks:
                file.write(chunk)
                hashes.update(chunk)

    def finish(self) -> Digests:
        """Returns the checksums after making the bytes durable."""
        with self._path.open("ab") as file:
            os.fsync(file.fileno())
        return self._known().digests()

    def _known(self) -> Hashes:
        """Returns the checksums; after a restart they are computed from the file."""
        if self._hashes is None:
            hashes = Hashes()
            with suppress(FileNotFoundError), self._path.open("rb") as file:
                while chunk := file.read(_READ_BYTES):
                    hashes.update(chunk)
            self._hashes = hashes
        return self._hashes


class ContentFiles:
    """A folder of files under names that nobody chose."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def path(self, name: str) -> Path:
        return self._folder / name

    def new_name(self) -> str:
        return secrets.token_hex(16)

    def store(self, chunks: Iterable[bytes]) -> tuple[str, Digests]:
        """Returns the name and the checksums of a new file; a failure leaves none."""
        name = self.new_name()
        growing = GrowingFile(self.path(name))
        try:
            growing.append(chunks)
            return name, growing.finish()
        except BaseException:
            self.remove(name)
            raise

    def duplicate(self, name: str) -> str:
        copy = self.new_name()
        try:
            os.link(self.path(name), self.path(copy))
        except OSError:  # a file system without links
            shutil.copyfile(self.path(name), self.path(copy))
        return copy

    def read(self, *names: str) -> Iterable[bytes]:
        for name in names:
            with self.path(name).open("rb") as file:
                while chunk := file.read(_READ_BYTES):
                    yield chunk

    def remove(self, name: str) -> None:
        """Removes a file; whoever has it open reads on."""
        self.path(name).unlink(missing_ok=True)

    def remove_all_but(self, names: set[str]) -> None:
        """Removes what a kill left: files that no object and no upload has."""
        for path in self._folder.iterdir():
            if path.name not in names:
                path.unlink()
