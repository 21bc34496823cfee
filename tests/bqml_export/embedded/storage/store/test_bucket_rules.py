"""Buckets through the real client."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound

if TYPE_CHECKING:
    from google.cloud import storage


@pytest.mark.parametrize(
    ("given", "kept", "kind"),
    [
        (None, "US", "multi-region"),
        ("eu", "EU", "multi-region"),
        ("us-west1", "US-WEST1", "region"),
    ],
)
def test_a_bucket_keeps_its_location(
    storage_client: storage.Client, given: str | None, kept: str, kind: str
) -> None:
    """The location is kept in upper case; US when none is given."""
    name = f"b-{uuid.uuid4().hex}"
    storage_client.create_bucket(name, location=given)
    bucket = storage_client.get_bucket(name)
    assert (bucket.location, bucket.location_type) == (kept, kind)


def test_a_name_is_taken_once(storage_client: storage.Client, bucket: storage.Bucket) -> None:
    """A second bucket of the same name is 409."""
    with pytest.raises(Conflict):
        storage_client.create_bucket(bucket.name)


@pytest.mark.parametrize("name", ["..", "_resumable", "Upper", "a", "x..y", "-dash", "x" * 223])
def test_a_wrong_name_is_refused(storage_client: storage.Client, name: str) -> None:
    """Names that Cloud Storage does not take, and that would leave the state folder, are 400."""
    with pytest.raises((BadRequest, ValueError)):
        storage_client.create_bucket(name)


def test_a_missing_bucket_is_not_found(storage_client: storage.Client) -> None:
    """Bucket, its objects and uploads to it are 404."""
    bucket = storage_client.bucket("nothing-here")
    assert not bucket.exists()
    with pytest.raises(NotFound):
        list(bucket.list_blobs())
    with pytest.raises(NotFound):
        bucket.blob("x").upload_from_string("1")


def test_only_an_empty_bucket_is_deleted(
    storage_client: storage.Client, bucket: storage.Bucket
) -> None:
    """A bucket with objects stays; without them it goes."""
    bucket.blob("x").upload_from_string("1")
    with pytest.raises(Conflict):
        bucket.delete()
    bucket.blob("x").delete()
    bucket.delete()
    assert bucket.name not in [b.name for b in storage_client.list_buckets()]


def test_a_location_cannot_be_changed(
    storage_client: storage.Client, bucket: storage.Bucket
) -> None:
    """A patch of the location is 400, of labels it works."""
    bucket.labels = {"k": "v"}
    bucket.patch()
    assert storage_client.get_bucket(bucket.name).labels == {"k": "v"}
    bucket._patch_property("location", "EU")
    with pytest.raises(BadRequest, match="location"):
        bucket.patch()
