"""Downloading the objects of an export, in parallel, each one checked."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import google_crc32c

from bqml_export.bucket.objects import StoredObject
from bqml_export.errors import StorageError
from bqml_export.foreign_errors import foreign_errors

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.bucket.uri import BucketUri
    from bqml_export.clients import Clients

_WORKERS = 8
_CHUNK_BYTES = 1 << 20

OnObject = Callable[[StoredObject], None]
"""Is told of each object when it is there; called from several threads."""


def download(
    clients: Clients,
    place: BucketUri,
    objects: Sequence[StoredObject],
    folder: Path,
    on_object: OnObject,
) -> None:
    """Writes `objects` below `folder` under their paths.

    The bytes on disk are checked against the size and CRC32C that the listing gave, for exactly
    the generation that was listed, so that an export which is replaced meanwhile is noticed.

    Raises:
        StorageError: An object is damaged or has changed, or the disk has not enough space.
    """
    _require_space(objects, folder)
    for stored in objects:
        (folder / stored.path).parent.mkdir(parents=True, exist_ok=True)
    pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="pull")
    try:
        futures = [pool.submit(_fetch, clients, place, o, folder, on_object) for o in objects]
        _raise_first(futures)
    finally:
        # Ctrl-C too: what has not started must not start, what runs must not outlive its folder.
        pool.shutdown(wait=True, cancel_futures=True)


def _raise_first(futures: Sequence[Future[None]]) -> None:
    done, _ = wait(futures, return_when=FIRST_EXCEPTION)
    for future in done:
        future.result()


def _fetch(
    clients: Clients, place: BucketUri, stored: StoredObject, folder: Path, on_object: OnObject
) -> None:
    target = folder / stored.path
    name = f"gs://{place.bucket}/{place.folder}{stored.path}"
    with foreign_errors(f"downloading {name}"):
        blob = clients.storage.bucket(place.bucket).blob(place.folder + stored.path)
        blob.download_to_filename(
            str(target),
            raw_download=True,
            if_generation_match=stored.generation,
            checksum="crc32c",
            retry=clients.storage_retry,
            timeout=clients.call_timeout_s,
        )
    size, crc32c = target.stat().st_size, file_crc32c(target)
    if (size, crc32c) != (stored.bytes, stored.crc32c):
        raise StorageError(
            f"{name} arrived damaged: {size} bytes with CRC32C {crc32c}, "
            f"expected {stored.bytes} bytes with {stored.crc32c}",
            hint="run the command again; if it stays, export again to a fresh prefix",
        )
    on_object(stored)


def file_crc32c(path: Path) -> str:
    """Returns the CRC32C of a file as Cloud Storage writes it: base64 of four bytes."""
    checksum = google_crc32c.Checksum()
    with path.open("rb") as file:
        for _ in checksum.consume(file, _CHUNK_BYTES):
            pass
    return base64.b64encode(checksum.digest()).decode("ascii")


def _require_space(objects: Sequence[StoredObject], folder: Path) -> None:
    needed, free = sum(stored.bytes for stored in objects), shutil.disk_usage(folder).free
    if needed > free:
        raise StorageError(
            f"the export has {needed:,} bytes and only {free:,} are free at {folder}",
            hint="free some space, or publish to another --root",
        )
