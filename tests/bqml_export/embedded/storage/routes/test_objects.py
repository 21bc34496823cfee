"""Objects through the real client: metadata, copies, composition, versions, deletion."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.exceptions import BadRequest, Forbidden, NotFound, PreconditionFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.cloud import storage


@pytest.mark.parametrize(
    ("options", "names", "prefixes"),
    [
        ({}, ["a/1", "a/2", "a/b/3", "c"], set()),
        ({"prefix": "a/"}, ["a/1", "a/2", "a/b/3"], set()),
        ({"delimiter": "/"}, ["c"], {"a/"}),
        ({"prefix": "a/", "delimiter": "/"}, ["a/1", "a/2"], {"a/b/"}),
        ({"start_offset": "a/2", "end_offset": "c"}, ["a/2", "a/b/3"], set()),
        ({"page_size": 1}, ["a/1", "a/2", "a/b/3", "c"], set()),
        ({"page_size": 1, "delimiter": "/"}, ["c"], {"a/"}),
        ({"max_results": 2}, ["a/1", "a/2"], set()),
        ({"prefix": "none"}, [], set()),
    ],
)
def test_lists_are_cut_as_asked(
    bucket: storage.Bucket, options: dict[str, Any], names: list[str], prefixes: set[str]
) -> None:
    """Prefix, delimiter, offsets and pages work together."""
    for name in ("c", "a/b/3", "a/2", "a/1"):
        bucket.blob(name).upload_from_string(name)
    listed = bucket.list_blobs(**options)
    assert [blob.name for blob in listed] == names
    assert listed.prefixes == prefixes


def test_preconditions_guard_writes_and_deletes(bucket: storage.Bucket) -> None:
    """A generation that is not the current one is 412, and the object stays."""
    blob = bucket.blob("x")
    blob.upload_from_string(b"1", if_generation_match=0)
    first = blob.generation
    for generation in (0, first - 1):
        with pytest.raises(PreconditionFailed):
            blob.upload_from_string(b"2", if_generation_match=generation)
    with pytest.raises(PreconditionFailed):
        blob.delete(if_generation_match=first - 1)
    blob.upload_from_string(b"3", if_generation_match=first)
    assert blob.download_as_bytes() == b"3"
    blob.delete(if_generation_match=blob.generation)
    assert not blob.exists()


def test_an_old_generation_is_not_found(bucket: storage.Bucket) -> None:
    """Reads of a generation get that one or 404, never another one."""
    blob = bucket.blob("x")
    blob.upload_from_string(b"1")
    old = blob.generation
    blob.upload_from_string(b"2")
    assert bucket.blob("x", generation=blob.generation).download_as_bytes() == b"2"
    with pytest.raises(NotFound):
        bucket.blob("x", generation=old).download_as_bytes()


def test_objects_are_copied_renamed_and_described(bucket: storage.Bucket) -> None:
    """Copies have the source's bytes; metadata is kept; a renamed object is gone."""
    blob = bucket.blob("x")
    blob.metadata = {"k": "v"}
    blob.upload_from_string(b"1", content_type="text/plain")
    bucket.copy_blob(blob, bucket, "y")
    moved = bucket.rename_blob(blob, "z")
    moved.reload()
    assert [b.name for b in bucket.list_blobs()] == ["y", "z"]
    assert (moved.metadata, moved.content_type) == ({"k": "v"}, "text/plain")
    assert bucket.blob("y").download_as_bytes() == b"1"


def put(bucket: storage.Bucket, **contents: bytes) -> None:
    """Stores small objects."""
    for name, content in contents.items():
        bucket.blob(name).upload_from_string(content)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"match_glob": "**.txt"}, ["4.txt", "a/1.txt", "a/b/3.txt"]),
        ({"match_glob": "*.txt"}, ["4.txt"]),
        ({"match_glob": "a/*.{txt,bin}", "page_size": 1}, ["a/1.txt", "a/2.bin"]),
        ({"match_glob": "a/[0-9].???"}, ["a/1.txt", "a/2.bin"]),
        ({"match_glob": "a/[!1].*"}, ["a/2.bin"]),
        ({"match_glob": "**", "start_offset": "a/2", "end_offset": "a/b"}, ["a/2.bin"]),
    ],
)  # fmt: skip
def test_globs_choose_names(
    bucket: storage.Bucket, options: dict[str, Any], names: list[str]
) -> None:
    """In pages and between offsets too."""
    for name in ("4.txt", "a/1.txt", "a/2.bin", "a/b/3.txt"):
        bucket.blob(name).upload_from_string("x")
    assert [blob.name for blob in bucket.list_blobs(**options)] == names


def test_a_glob_that_is_never_closed_is_refused(bucket: storage.Bucket) -> None:
    """And so is one with another delimiter than a slash."""
    for options in ({"match_glob": "{a"}, {"match_glob": "*", "delimiter": ":"}):
        with pytest.raises(BadRequest):
            list(bucket.list_blobs(**options))


def test_everything_that_a_client_sets_comes_back(bucket: storage.Bucket) -> None:
    """In one upload, and changed one by one afterwards."""
    blob = bucket.blob("x")
    blob.metadata = {"k": "v", "w": "z"}
    blob.cache_control, blob.content_language = "no-cache", "de"
    blob.custom_time = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    blob.upload_from_string("1", content_type="text/x")
    read = bucket.get_blob("x")
    assert (read.cache_control, read.content_language) == ("no-cache", "de")
    assert (read.custom_time, read.content_type) == (blob.custom_time, "text/x")
    assert read.time_created and read.updated and read.etag and read.media_link  # noqa: PT018
    read.metadata = {"k": "2", "w": None}
    read.patch()
    again = bucket.get_blob("x")
    assert (again.metadata, again.metageneration) == ({"k": "2"}, 2)
    assert again.etag != blob.etag
    assert again.cache_control == "no-cache"


def test_an_update_leaves_only_what_it_names(bucket: storage.Bucket) -> None:
    """PUT replaces, PATCH merges."""
    blob = bucket.blob("x")
    blob.metadata, blob.cache_control = {"k": "v"}, "no-cache"
    blob.upload_from_string("1")
    fresh = bucket.get_blob("x")
    fresh.cache_control = None
    fresh.metadata = {"only": "x"}
    fresh.update()
    assert bucket.get_blob("x").metadata == {"only": "x"}
    assert bucket.get_blob("x").cache_control is None


@pytest.mark.parametrize(
    "act",
    [
        lambda b: b.blob("none").patch(),
        lambda b: b.blob("none").delete(),
        lambda b: b.blob("none").download_as_bytes(),
        lambda b: b.copy_blob(b.blob("none"), b, "y"),
        lambda b: b.blob("y").compose([b.blob("none")]),
        lambda b: b.blob("y").rewrite(b.blob("none")),
        lambda b: b.restore_blob("none", generation=7),
    ],
)
def test_what_is_missing_is_not_found(
    bucket: storage.Bucket, act: Callable[[storage.Bucket], object]
) -> None:
    """404 with the object's name, which clients turn into NotFound."""
    with pytest.raises(NotFound, match="none"):
        act(bucket)


def test_objects_are_composed(bucket: storage.Bucket) -> None:
    """Bytes, type and metadata; the checksum is the whole's, and there is no MD5."""
    put(bucket, a=b"1", b=b"22", c=b"333")
    target = bucket.blob("z")
    target.content_type, target.metadata = "text/z", {"m": "1"}
    target.compose([bucket.blob(name) for name in "abc"], if_generation_match=0)
    read = bucket.get_blob("z")
    assert read.download_as_bytes(checksum="crc32c") == b"122333"
    assert (read.content_type, read.metadata, read.component_count) == ("text/z", {"m": "1"}, 3)
    assert read.md5_hash is None


@pytest.mark.parametrize(
    "act",
    [
        lambda b, x: b.blob("y").compose([x], if_generation_match=1),
        lambda b, x: b.blob("z").compose([x], if_source_generation_match=[5]),
        lambda b, x: b.copy_blob(x, b, "y", if_generation_match=0),
        lambda b, x: b.copy_blob(x, b, "z", if_source_generation_match=3),
        lambda b, x: b.blob("z").rewrite(x, if_source_metageneration_match=3),
        lambda _, x: x.patch(if_metageneration_match=9),
        lambda _, x: x.delete(if_metageneration_match=9),
        lambda _, x: x.reload(if_etag_match="other"),
        lambda b, x: b.move_blob(x, "y", if_generation_match=0),
    ],
)
def test_every_call_minds_its_preconditions(
    bucket: storage.Bucket, act: Callable[[storage.Bucket, storage.Blob], object]
) -> None:
    """412, and nothing has changed."""
    put(bucket, x=b"1", y=b"2")
    before = [(b.name, b.generation, b.metageneration) for b in bucket.list_blobs()]
    with pytest.raises(PreconditionFailed):
        act(bucket, bucket.blob("x"))
    assert [(b.name, b.generation, b.metageneration) for b in bucket.list_blobs()] == before


def test_a_rewrite_keeps_or_changes_what_it_is_told(bucket: storage.Bucket) -> None:
    """Without fields of its own a copy has the source's; another class is a rewrite."""
    blob = bucket.blob("x")
    blob.metadata = {"k": "v"}
    blob.upload_from_string("1", content_type="text/x")
    assert bucket.blob("y").rewrite(blob) == (None, 1, 1)
    assert (bucket.get_blob("y").metadata, bucket.get_blob("y").content_type) == (
        {"k": "v"},
        "text/x",
    )
    blob.update_storage_class("NEARLINE")
    assert bucket.get_blob("x").storage_class == "NEARLINE"
    bucket.move_blob(blob, "dir/ü z")
    assert not bucket.blob("x").exists()
    assert bucket.blob("dir/ü z").download_as_bytes() == b"1"


def test_versions_are_kept_where_the_bucket_says_so(bucket: storage.Bucket) -> None:
    """Old generations can be listed, read and deleted; a delete hides only the live one."""
    bucket.versioning_enabled = True
    bucket.patch()
    blob = bucket.blob("x")
    generations = []
    for content in (b"1", b"2"):
        blob.upload_from_string(content)
        generations.append(blob.generation)
    bucket.blob("x").delete()
    assert not bucket.blob("x").exists()
    listed = bucket.list_blobs(versions=True)
    assert [b.generation for b in listed] == generations
    assert bucket.blob("x", generation=generations[0]).download_as_bytes() == b"1"
    bucket.blob("x", generation=generations[0]).delete()
    assert [b.generation for b in bucket.list_blobs(versions=True)] == generations[1:]


def test_deleted_objects_can_be_restored(bucket: storage.Bucket) -> None:
    """For a week, as in Cloud Storage; what was overwritten too."""
    blob = bucket.blob("x")
    blob.upload_from_string(b"first")
    first = blob.generation
    blob.upload_from_string(b"second")
    blob.delete()
    assert len(list(bucket.list_blobs(soft_deleted=True))) == 2
    bucket.restore_blob("x", generation=first)
    assert bucket.blob("x").download_as_bytes() == b"first"


def test_a_bucket_without_soft_delete_forgets(bucket: storage.Bucket) -> None:
    """A retention of 0 seconds frees the space at once."""
    bucket.soft_delete_policy.retention_duration_seconds = 0
    bucket.patch()
    put(bucket, x=b"1")
    bucket.blob("x").delete()
    assert list(bucket.list_blobs(soft_deleted=True)) == []


def test_a_held_object_stays(bucket: storage.Bucket) -> None:
    """Neither deleted nor overwritten until the hold is gone."""
    put(bucket, x=b"1")
    blob = bucket.get_blob("x")
    blob.temporary_hold = True
    blob.patch()
    for act in (blob.delete, lambda: bucket.blob("x").upload_from_string(b"2")):
        with pytest.raises(Forbidden, match="hold"):
            act()
    blob.temporary_hold = False
    blob.patch()
    blob.delete()
