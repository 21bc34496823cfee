"""Downloading the objects of an export, several at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from bqml_export.bucket.fetch import Fetch, StoppedError
from bqml_export.bucket.objects import StoredObject
from bqml_export.bucket.staging import Staging
from bqml_export.errors import StorageError

_WORKERS = 8

OnObject = Callable[[StoredObject], None]
"""Is told of each object when it is there and checked; called from several threads."""


def download(
    fetch: Fetch, objects: Sequence[StoredObject], staging: Staging, on_object: OnObject
) -> None:
    """Brings `objects` into the staging folder; what is there already is checked and kept.

    The bytes are checked against the size and CRC32C that the listing gave, for exactly the
    generation that was listed, so that an export which is replaced meanwhile is noticed.

    Raises:
        StorageError: An object is damaged or has changed, or the disk has not enough space.
    """
    staging.keep_only(objects)
    _require_space(objects, staging)

    def bring(stored: StoredObject) -> None:
        fetch(stored, staging.file(stored))
        on_object(stored)

    pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="pull")
    try:
        _raise_first([pool.submit(bring, stored) for stored in objects])
    finally:
        # Ctrl-C too: what has not started must not start, what runs must not outlive its folder.
        fetch.stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _raise_first(futures: Sequence[Future[None]]) -> None:
    done, _ = wait(futures, return_when=FIRST_EXCEPTION)
    errors = [error for future in done if (error := future.exception())]
    # One that was stopped says nothing about why.
    for error in sorted(errors, key=lambda error: isinstance(error, StoppedError)):
        raise error


def _require_space(objects: Sequence[StoredObject], staging: Staging) -> None:
    needed = sum(max(stored.bytes - staging.bytes_of(stored), 0) for stored in objects)
    free = shutil.disk_usage(staging.folder).free
    if needed > free:
        raise StorageError(
            f"the export needs {needed:,} bytes and only {free:,} are free at {staging.folder}",
            hint="free some space, or publish to another --root",
        )
