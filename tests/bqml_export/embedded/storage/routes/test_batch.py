"""Batches through the real client: each call is answered as if it had come alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import PreconditionFailed

if TYPE_CHECKING:
    from google.cloud import storage


@pytest.fixture
def names(bucket: storage.Bucket) -> list[str]:
    """Objects to work with."""
    names = [f"o/{number} ü" for number in range(5)]
    for name in names:
        bucket.blob(name).upload_from_string(name)
    return names


def test_calls_of_every_kind_are_done(
    storage_client: storage.Client, bucket: storage.Bucket, names: list[str]
) -> None:
    """Deletes, patches, reads and copies in one body."""
    patched, read = bucket.blob(names[3]), bucket.blob(names[4])
    with storage_client.batch():
        for name in names[:3]:
            bucket.blob(name).delete()
        patched.metadata = {"a": "b"}
        patched.patch()
        read.reload()
    assert [blob.name for blob in bucket.list_blobs()] == names[3:]
    assert (bucket.get_blob(names[3]).metadata, read.size) == ({"a": "b"}, len(names[4].encode()))


def test_one_failure_is_that_calls_alone(
    storage_client: storage.Client, bucket: storage.Bucket, names: list[str]
) -> None:
    """The others are done."""
    with storage_client.batch(raise_exception=False) as batch:
        bucket.blob("none").delete()
        bucket.blob(names[0]).delete()
    assert [response.status_code for response in batch._responses] == [404, 204]
    assert not bucket.blob(names[0]).exists()


def test_preconditions_count_in_a_batch(
    storage_client: storage.Client, bucket: storage.Bucket, names: list[str]
) -> None:
    """A delete of another generation deletes nothing."""
    with pytest.raises(PreconditionFailed), storage_client.batch():
        bucket.blob(names[0]).delete(if_generation_match=1)
    assert bucket.blob(names[0]).exists()


def test_many_objects_are_deleted(bucket: storage.Bucket, names: list[str]) -> None:
    """What `Bucket.delete(force=True)` does first."""
    bucket.delete_blobs([bucket.blob(name) for name in names])
    assert list(bucket.list_blobs()) == []
