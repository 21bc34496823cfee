"""Where the versions of one model lie: a local folder or a folder of a bucket."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from foundation.repository.layout import LABELS_NAME
from serve_app.repository._labels_file import LabelsFile
from serve_app.repository.versions import scan_versions

_log = logging.getLogger(__name__)
_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
URI_SCHEMES = ("", "file", "gs")
"""What can be served from; empty is a plain local path."""


class VersionFiles(Protocol):
    """The files of one version, wherever they are."""

    def fetch(self) -> Path:
        """Returns a local folder that holds them; may take long.

        Raises:
            ServeAppError: They cannot be had now.
            OSError: The same, of the local disk.
        """

    def release(self, *, forget: bool) -> None:
        """Tells that the fetched folder is not read any more, and with `forget`, not wanted."""


class Place(Protocol):
    """The versions of one model."""

    def versions(self) -> Mapping[int, VersionFiles]:
        """Returns what lies there now, by version number.

        Raises:
            ServeAppError: It cannot be looked at, or is gone.
            OSError: The same, of the local disk.
        """

    def labels(self) -> Mapping[str, int]:
        """Returns the labels of `labels.json` beside the versions; none where it is absent."""


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """A version on the local disk: there is nothing to fetch, and nothing of ours to delete."""

    path: Path

    def fetch(self) -> Path:
        return self.path

    def release(self, *, forget: bool) -> None:
        """Leaves the folder alone: it is its publisher's."""


class LocalPlace:
    """The versions of one model below a local folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._labels = LabelsFile(str(folder / LABELS_NAME))

    def versions(self) -> Mapping[int, VersionFiles]:
        found = scan_versions(self._folder)
        return {number: LocalFiles(version.path) for number, version in found.items()}

    def labels(self) -> Mapping[str, int]:
        """Returns the labels of the file, or the last good ones where it is malformed."""
        try:
            data = (self._folder / LABELS_NAME).read_bytes()
        except OSError:
            data = None
        return self._labels.read(data)


def scheme_of(base_path: str) -> str:
    """Returns the scheme of a URI in lower case, or an empty text for a plain path."""
    match = _URI.match(base_path)
    return match[1].lower() if match else ""


def is_absolute(base_path: str) -> bool:
    """Tells whether `base_path` is an absolute local path or a URI."""
    return base_path.startswith("/") or bool(_URI.match(base_path))


def open_place(base_path: str, cache_dir: Path) -> Place:
    """Returns the place that a configuration's base path names."""
    scheme = scheme_of(base_path)
    if scheme == "gs":
        # Here, not at the top: google-cloud-storage is an optional package.
        from serve_app.repository._bucket_place import BucketPlace

        return BucketPlace(base_path, cache_dir.expanduser())
    if scheme == "file":
        return LocalPlace(Path(unquote(base_path.split("://", 1)[1])))
    return LocalPlace(Path(base_path))
