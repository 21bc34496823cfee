"""The versions of one model below a gs:// folder, downloaded into a cache before they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from foundation.repository.layout import LABELS_NAME, version_number
from serve_app.errors import DataLossError, NotFoundError
from serve_app.repository._bucket import Bucket, BucketUri, StoredObject
from serve_app.repository._cache_folder import CacheFolder
from serve_app.repository._labels_file import LabelsFile
from serve_app.repository.place import VersionFiles

_WORKERS = 8


class BucketPlace:
    """The versions below gs://bucket/folder.

    Args:
        cache_dir: Where versions are downloaded to; replicas of one machine share it.
    """

    def __init__(self, uri: str, cache_dir: Path) -> None:
        self._uri = BucketUri.parse(uri)
        self._cache_dir = cache_dir
        self._labels = LabelsFile(f"{self._uri}{LABELS_NAME}")
        self._entries: set[str] = set()
        self._bucket: Bucket | None = None

    def versions(self) -> Mapping[int, VersionFiles]:
        """Returns the versions by number, with one request to Cloud Storage.

        Raises:
            NotFoundError: Nothing lies there; a bucket knows no empty folders.
            ServeAppError: The bucket cannot be read, or google-cloud-storage is not installed.
        """
        self._entries = self._open().entries(self._uri.folder)
        if not self._entries:
            raise NotFoundError(f"{self._uri}: nothing is there")
        numbers = {version_number(name): name for name in sorted(self._entries, reverse=True)}
        return {
            number: BucketFiles(self._open(), f"{self._uri.folder}{name}/", self._cache_dir)
            for number, name in numbers.items()
            if number is not None
        }

    def labels(self) -> Mapping[str, int]:
        """Returns the labels of the object `labels.json` that the last look at versions saw."""
        present = LABELS_NAME in self._entries
        name = f"{self._uri.folder}{LABELS_NAME}"
        return self._labels.read(self._open().read(name) if present else None)

    def _open(self) -> Bucket:
        if self._bucket is None:
            self._bucket = Bucket(self._uri.bucket)
        return self._bucket


class BucketFiles:
    """One version in a bucket.

    Args:
        folder: Its prefix, with the last slash.
    """

    def __init__(self, bucket: Bucket, folder: str, cache_dir: Path) -> None:
        self._bucket = bucket
        self._folder = folder
        self._cache_dir = cache_dir
        self._held: CacheFolder | None = None

    def fetch(self) -> Path:
        """Returns the folder in the cache; replicas that want it together wait for one download."""
        objects = self._bucket.objects(self._folder)
        if not objects:
            raise NotFoundError(
                "Could not find SavedModel .pb or .pbtxt at supplied export directory path: "
                f"gs://{self._bucket.name}/{self._folder}"
            )
        held = CacheFolder(self._path(objects))
        held.fill(lambda folder: self._download(objects, folder))
        self.release(forget=False)
        self._held = held
        return held.path

    def release(self, *, forget: bool) -> None:
        """Lets go of the folder in the cache; with `forget` the last one deletes it."""
        held, self._held = self._held, None
        if held is not None:
            held.release(delete=forget)

    def _path(self, objects: list[StoredObject]) -> Path:
        """Returns the place in the cache: new content under an old number gets a new one."""
        digest = hashlib.sha256()
        for stored in objects:
            digest.update(f"{stored.name}\0{stored.crc32c}\0{stored.size_bytes}\n".encode())
        # The last part is the version's own name, which stands in logs and errors.
        inside = PurePosixPath(self._bucket.name, self._folder)
        return self._cache_dir / digest.hexdigest()[:16] / inside.name

    def _download(self, objects: list[StoredObject], folder: Path) -> None:
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="download") as pool:
            jobs = [
                pool.submit(self._bucket.download, stored, self._target(stored, folder))
                for stored in objects
            ]
        for job in jobs:
            job.result()

    def _target(self, stored: StoredObject, folder: Path) -> Path:
        relative = PurePosixPath(stored.name.removeprefix(self._folder))
        if relative.is_absolute() or ".." in relative.parts:
            raise DataLossError(f"gs://{self._bucket.name}/{stored.name}: not a file's name")
        return folder / relative
