"""Every byte that is downloaded is checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.storage", reason="needs the extra [gcp]")

from bqml_export.bucket.download import download, file_crc32c
from bqml_export.bucket.objects import StoredObject, list_objects
from bqml_export.bucket.uri import BucketUri
from bqml_export.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.clients import Clients

CONTENTS = {"saved_model.pb": b"model", "variables/a": b"a" * 100_000, "empty": b""}


@pytest.fixture
def place(google_clients: Clients, bucket: str) -> BucketUri:
    """A prefix with a few objects."""
    for name, content in CONTENTS.items():
        google_clients.storage.bucket(bucket).blob(f"p/{name}").upload_from_string(content)
    return BucketUri(bucket, "p")


def test_the_files_are_the_objects(
    google_clients: Clients, place: BucketUri, tmp_path: Path
) -> None:
    """Names, folders and bytes arrive as they are stored, each reported once."""
    seen: list[StoredObject] = []
    objects = list_objects(google_clients, place)
    download(google_clients, place, objects, tmp_path, seen.append)
    assert {name: (tmp_path / name).read_bytes() for name in CONTENTS} == CONTENTS
    assert sorted(stored.path for stored in seen) == sorted(CONTENTS)


@pytest.mark.parametrize(("crc32c", "size"), [("AAAAAA==", None), (None, 7)])
def test_bytes_that_are_not_those_of_the_listing_are_refused(
    google_clients: Clients, place: BucketUri, tmp_path: Path, crc32c: str | None, size: int | None
) -> None:
    """Size and CRC32C must both be the listed ones."""
    objects = [
        replace(stored, crc32c=crc32c or stored.crc32c, bytes=size or stored.bytes)
        for stored in list_objects(google_clients, place)
    ]
    with pytest.raises(StorageError, match="arrived damaged"):
        download(google_clients, place, objects, tmp_path, lambda _: None)


def test_an_object_that_is_replaced_meanwhile_is_noticed(
    google_clients: Clients, place: BucketUri, tmp_path: Path
) -> None:
    """A model must not be put together from two exports."""
    objects = list_objects(google_clients, place)
    google_clients.storage.bucket(place.bucket).blob("p/saved_model.pb").upload_from_string(
        b"new!!"
    )
    with pytest.raises(StorageError, match=r"saved_model\.pb"):
        download(google_clients, place, objects, tmp_path, lambda _: None)


def test_a_download_that_cannot_fit_is_not_begun(
    google_clients: Clients, place: BucketUri, tmp_path: Path
) -> None:
    """A full disk is told before anything is written."""
    huge = [StoredObject("x", 1 << 60, "", 1)]
    with pytest.raises(StorageError, match="are free"):
        download(google_clients, place, huge, tmp_path, lambda _: None)


def test_the_checksum_is_written_as_cloud_storage_does(
    google_clients: Clients, place: BucketUri, tmp_path: Path
) -> None:
    """Base64 of the big-endian CRC32C; the vector is from RFC 3720."""
    (tmp_path / "zeros").write_bytes(bytes(32))
    assert file_crc32c(tmp_path / "zeros") == "ipE2qg=="
