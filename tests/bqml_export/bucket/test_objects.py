"""Listing an export, with nothing unsafe in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.storage", reason="needs the extra [gcp]")

from bqml_export.bucket.objects import list_objects
from bqml_export.bucket.uri import BucketUri
from bqml_export.errors import NotFoundError, StorageError

if TYPE_CHECKING:
    from bqml_export.clients import Clients


def put(clients: Clients, bucket: str, *names: str) -> None:
    """Stores small objects."""
    for name in names:
        content = b"" if name.endswith("/") else b"x"
        clients.storage.bucket(bucket).blob(name).upload_from_string(content)


def test_only_what_is_below_the_prefix_is_listed(google_clients: Clients, bucket: str) -> None:
    """A neighbour with a longer name and placeholders of folders are left out."""
    put(google_clients, bucket, "a/", "a/x", "a/v/y", "ab/z", "a")
    objects = list_objects(google_clients, BucketUri(bucket, "a"))
    assert [stored.path for stored in objects] == ["v/y", "x"]


@pytest.mark.parametrize("name", ["a/../../etc/x", "a//x", "a/b\\c", "a/x\ty"])
def test_a_name_that_would_leave_the_folder_is_refused(
    google_clients: Clients, bucket: str, name: str
) -> None:
    """Such an object is named, and nothing is fetched."""
    put(google_clients, bucket, name)
    with pytest.raises(StorageError, match="is not a safe file name"):
        list_objects(google_clients, BucketUri(bucket, "a"))


def test_an_object_that_is_a_folder_too_is_refused(google_clients: Clients, bucket: str) -> None:
    """A file system cannot hold `x` and `x/y`."""
    put(google_clients, bucket, "a/x", "a/x/y")
    with pytest.raises(StorageError, match="an object and a folder at once"):
        list_objects(google_clients, BucketUri(bucket, "a"))


def test_a_bucket_that_does_not_exist_is_named(google_clients: Clients) -> None:
    """The error is about the bucket, not about an HTTP request."""
    with pytest.raises(NotFoundError, match="bucket no-such-bucket does not exist"):
        list_objects(google_clients, BucketUri("no-such-bucket", "a"))
