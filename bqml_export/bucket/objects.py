"""The objects below a prefix."""

from __future__ import annotations

from dataclasses import dataclass

from bqml_export.bucket.uri import BucketUri
from bqml_export.clients import Clients
from bqml_export.errors import NotFoundError, StorageError
from bqml_export.foreign_errors import foreign_errors
from bqml_export.repository.file_list import safe_relative_path


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object: its path below the prefix, and what identifies its bytes.

    `crc32c` is base64 of the big-endian checksum, as Cloud Storage gives it.
    """

    path: str
    bytes: int
    crc32c: str
    generation: int


def list_objects(clients: Clients, place: BucketUri) -> list[StoredObject]:
    """Returns the objects below `place`, sorted by path; folder placeholders are left out.

    Raises:
        NotFoundError: The bucket does not exist.
        StorageError: A name would leave the folder that it is downloaded to.
    """
    try:
        with foreign_errors(f"listing {place}"):
            listing = clients.storage.list_blobs(
                place.bucket, prefix=place.folder, **clients.storage_call
            )
            blobs = list(listing)
    except NotFoundError as exc:
        raise NotFoundError(
            f"bucket {place.bucket} does not exist", hint="check its name, or create it"
        ) from exc
    objects = [
        StoredObject(
            blob.name.removeprefix(place.folder), blob.size or 0, blob.crc32c, blob.generation
        )
        for blob in blobs
        if not (blob.name.endswith("/") and not blob.size)
    ]
    _require_safe(objects, place)
    return sorted(objects, key=lambda stored: stored.path)


def _require_safe(objects: list[StoredObject], place: BucketUri) -> None:
    paths = {stored.path for stored in objects}
    for path in paths:
        if not safe_relative_path(path):
            raise StorageError(
                f"{place}: the object name {path!r} is not a safe file name",
                hint="an export has no such object: remove it, or export to a fresh prefix",
            )
        folder = path.rpartition("/")[0]
        while folder:
            if folder in paths:
                raise StorageError(
                    f"{place}: '{folder}' is an object and a folder at once",
                    hint="an export has no such objects: export to a fresh prefix",
                )
            folder = folder.rpartition("/")[0]
