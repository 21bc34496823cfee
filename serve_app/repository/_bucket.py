"""Cloud Storage, as far as serving needs it: list a folder, read an object, download with checks.

google-cloud-storage is an optional package; this is the only module that imports it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from serve_app.errors import (
    DataLossError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    ServeAppError,
    UnauthenticatedError,
    UnavailableError,
)

_TIMEOUT_S = (5.0, 60.0)
"""To connect, and to wait for an answer."""
_RETRY_S = 20.0
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class BucketUri:
    """gs://bucket/folder/; the folder ends in a slash, or is empty."""

    bucket: str
    folder: str

    @classmethod
    def parse(cls, uri: str) -> BucketUri:
        """Raises InvalidArgumentError where it names no bucket."""
        bucket, _, folder = uri.split("://", 1)[1].partition("/")
        if not bucket:
            raise InvalidArgumentError(f"expected gs://bucket/folder, got {uri}")
        folder = folder.strip("/")
        return cls(bucket, f"{folder}/" if folder else "")

    def __str__(self) -> str:
        return f"gs://{self.bucket}/{self.folder}"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of a folder, with the generation and checksum that the listing gave."""

    name: str
    size_bytes: int
    crc32c: str
    generation: int


class Bucket:
    """Reads one bucket.

    Raises:
        ServeAppError: google-cloud-storage is not installed, or there are no credentials.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        with cloud_errors(f"gs://{name}"):
            self._client = _client()
            self._bucket = self._client.bucket(name)
            self._retry = _retry()

    def entries(self, folder: str) -> set[str]:
        """Returns the names directly below `folder`, of objects and sub-folders alike."""
        with cloud_errors(f"gs://{self.name}/{folder}"):
            listing = self._list(folder, delimiter="/")
            names = {blob.name for blob in listing} | set(listing.prefixes)
        # The folder's own placeholder counts: an emptied folder is not a vanished one.
        return {name.removeprefix(folder).rstrip("/") for name in names}

    def objects(self, folder: str) -> list[StoredObject]:
        """Returns every object below `folder`, placeholders of folders left out."""
        with cloud_errors(f"gs://{self.name}/{folder}"):
            return [
                StoredObject(blob.name, blob.size, blob.crc32c, blob.generation)
                for blob in self._list(folder)
                if not blob.name.endswith("/")
            ]

    def read(self, name: str) -> bytes | None:
        try:
            with cloud_errors(f"gs://{self.name}/{name}"):
                content: bytes = self._bucket.blob(name).download_as_bytes(
                    timeout=_TIMEOUT_S, retry=self._retry
                )
        except NotFoundError:
            return None
        return content

    def download(self, stored: StoredObject, target: Path) -> None:
        """Writes exactly the listed generation to `target` and checks its size and CRC32C.

        Raises:
            ServeAppError: It has changed, is damaged, or cannot be read.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        with cloud_errors(f"gs://{self.name}/{stored.name}"):
            self._bucket.blob(stored.name).download_to_filename(
                str(target),
                raw_download=True,
                if_generation_match=stored.generation,
                checksum="crc32c",
                timeout=_TIMEOUT_S,
                retry=self._retry,
            )
        size_bytes, crc32c = target.stat().st_size, _crc32c(target)
        if (size_bytes, crc32c) != (stored.size_bytes, stored.crc32c):
            raise DataLossError(
                f"gs://{self.name}/{stored.name} arrived damaged: {size_bytes} bytes with CRC32C "
                f"{crc32c}, expected {stored.size_bytes} bytes with {stored.crc32c}"
            )

    def _list(self, folder: str, **options: str) -> Any:  # noqa: ANN401 - untyped library
        return self._client.list_blobs(
            self._bucket, prefix=folder, timeout=_TIMEOUT_S, retry=self._retry, **options
        )


@cache
def _client() -> Any:  # noqa: ANN401 - untyped library
    from google.cloud import storage

    return storage.Client()


def _retry() -> Any:  # noqa: ANN401 - untyped library
    from google.cloud.storage.retry import DEFAULT_RETRY

    # Google's own two minutes would keep all other models from being looked after.
    return DEFAULT_RETRY.with_timeout(_RETRY_S)


def _crc32c(path: Path) -> str:
    """Returns the CRC32C of a file as Cloud Storage writes it: base64 of four bytes."""
    import google_crc32c

    checksum = google_crc32c.Checksum()
    with path.open("rb") as file:
        for _ in checksum.consume(file, _CHUNK_BYTES):
            pass
    return base64.b64encode(checksum.digest()).decode("ascii")


@contextmanager
def cloud_errors(what: str) -> Iterator[None]:
    try:
        yield
    except ImportError as exc:
        raise InvalidArgumentError(
            f"{what}: reading from Cloud Storage needs the package google-cloud-storage: "
            "pip install 'bqml-ray-serve[gcp]'"
        ) from exc
    except ServeAppError:
        raise
    except Exception as exc:
        error = _mapped(exc)
        if error is None:
            raise
        raise error(f"{what}: {exc}") from exc


def _mapped(exc: Exception) -> type[ServeAppError] | None:
    from google.api_core import exceptions as api
    from google.auth import exceptions as auth
    from requests import exceptions as http

    table: tuple[tuple[type[Exception], type[ServeAppError]], ...] = (
        (api.NotFound, NotFoundError),
        (api.Forbidden, PermissionDeniedError),
        (api.Unauthorized, UnauthenticatedError),
        (auth.DefaultCredentialsError, UnauthenticatedError),
        (auth.GoogleAuthError, UnauthenticatedError),
        (api.GoogleAPIError, UnavailableError),
        (http.RequestException, UnavailableError),
    )
    return next((ours for theirs, ours in table if isinstance(exc, theirs)), None)
