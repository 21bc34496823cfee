"""Buckets through the real client: changes, lists, deletion, access."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest, Conflict, PreconditionFailed

if TYPE_CHECKING:
    from google.cloud import storage


def test_what_is_set_at_creation_stays(storage_client: storage.Client) -> None:
    """Class, labels, uniform access and public access prevention."""
    bucket = storage_client.bucket(f"b-{uuid.uuid4().hex}")
    bucket.iam_configuration.uniform_bucket_level_access_enabled = True
    bucket.iam_configuration.public_access_prevention = "enforced"
    bucket.storage_class, bucket.labels = "NEARLINE", {"x": "y"}
    bucket.create(location="europe-west1")
    read = storage_client.get_bucket(bucket.name)
    assert read.iam_configuration.uniform_bucket_level_access_enabled
    assert read.iam_configuration.public_access_prevention == "enforced"
    assert (read.storage_class, read.labels) == ("NEARLINE", {"x": "y"})


def test_labels_are_added_and_taken_away(bucket: storage.Bucket) -> None:
    """PATCH merges, PUT replaces, null removes."""
    bucket.labels = {"a": "1", "c": "2"}
    bucket.patch()
    labels = bucket.labels
    del labels["a"]
    bucket.labels = labels
    bucket.patch()
    bucket.reload()
    assert (bucket.labels, bucket.metageneration) == ({"c": "2"}, 3)
    bucket.labels = {"b": "3"}
    bucket.update()
    bucket.reload()
    assert bucket.labels == {"b": "3"}


def test_lists_come_in_pages(storage_client: storage.Client) -> None:
    """With a prefix, and as many as asked for."""
    prefix = f"p-{uuid.uuid4().hex}-"
    names = [storage_client.create_bucket(f"{prefix}{number}").name for number in range(4)]
    assert [b.name for b in storage_client.list_buckets(prefix=prefix, page_size=2)] == names
    assert len(list(storage_client.list_buckets(prefix=prefix, max_results=3))) == 3


def test_only_an_empty_bucket_is_deleted(bucket: storage.Bucket) -> None:
    """409 with Google's words; by force its objects go first."""
    bucket.blob("x").upload_from_string("1")
    with pytest.raises(Conflict, match="not empty"):
        bucket.delete()
    bucket.delete(force=True)
    assert not bucket.exists()


def test_a_changed_bucket_is_not_changed_blindly(bucket: storage.Bucket) -> None:
    """Metagenerations guard buckets as well."""
    for act in (bucket.reload, bucket.patch):
        with pytest.raises(PreconditionFailed):
            act(if_metageneration_match=77)


def test_a_bucket_never_moves(bucket: storage.Bucket) -> None:
    """Another location is refused."""
    bucket._patch_property("location", "EU")
    with pytest.raises(BadRequest, match="cannot be changed: US to EU"):
        bucket.patch()


def test_permissions_are_those_that_were_asked_for(bucket: storage.Bucket) -> None:
    """Everybody may do everything here."""
    asked = ["storage.objects.get", "storage.objects.create"]
    assert bucket.test_iam_permissions(asked) == asked


def test_a_policy_is_kept_and_not_overwritten_blindly(bucket: storage.Bucket) -> None:
    """Read, change, write; who read earlier must read again."""
    policy, earlier = bucket.get_iam_policy(), bucket.get_iam_policy()
    policy.bindings.append({"role": "roles/storage.objectViewer", "members": {"allUsers"}})
    bucket.set_iam_policy(policy)
    (binding,) = bucket.get_iam_policy(requested_policy_version=3).bindings
    assert binding["role"] == "roles/storage.objectViewer"
    with pytest.raises(PreconditionFailed):
        bucket.set_iam_policy(earlier)


def test_objects_have_acls_unless_the_bucket_decides(bucket: storage.Bucket) -> None:
    """Uniform access refuses them with Google's words."""
    blob = bucket.blob("x")
    blob.upload_from_string("1", predefined_acl="publicRead")
    blob.acl.reload()
    assert list(blob.acl) == [{"entity": "allUsers", "role": "READER"}]
    bucket.iam_configuration.uniform_bucket_level_access_enabled = True
    bucket.patch()
    for act in (blob.make_public, blob.acl.reload, bucket.acl.reload):
        with pytest.raises(BadRequest, match="uniform bucket-level access"):
            act()
