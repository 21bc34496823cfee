"""Objects through the real client: uploads, downloads, lists, generations and preconditions."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Any

import google_crc32c
import pytest
from google.api_core.exceptions import BadRequest, NotFound, PreconditionFailed

if TYPE_CHECKING:
    from google.cloud import storage

QUARTER_MB = 256 * 1024


def _crc32c(content: bytes) -> str:
    return base64.b64encode(google_crc32c.Checksum(content).digest()).decode()


@pytest.mark.parametrize("chunk_size", [None, QUARTER_MB])
@pytest.mark.parametrize("size", [0, 1, QUARTER_MB, 700_001])
def test_bytes_come_back_as_they_went_in(
    bucket: storage.Bucket, size: int, chunk_size: int | None
) -> None:
    """Simple and resumable uploads of any size keep every byte and its crc32c."""
    content = os.urandom(size)
    blob = bucket.blob("folder/x.bin", chunk_size=chunk_size)
    blob.upload_from_string(content, checksum="crc32c")
    read = bucket.get_blob("folder/x.bin")
    assert read.download_as_bytes(checksum="crc32c") == content
    assert (read.size, read.crc32c) == (size, _crc32c(content))


@pytest.mark.parametrize(
    "name",
    ["a", "a/b", "../../escape", "/rooted", "sp ace/ü/%2F?x#y", "a//b", "x" * 900, "...", "~", "A"],
)
def test_any_name_is_an_object_of_its_own(bucket: storage.Bucket, name: str) -> None:
    """Names are only names: no folder, no way out of the state folder, no two in one place."""
    others = {"a": b"1", "a/b": b"2", "A": b"3", "b": b"4"}
    for other, content in others.items():
        bucket.blob(other).upload_from_string(content)
    bucket.blob(name).upload_from_string(b"mine")
    assert bucket.blob(name).download_as_bytes() == b"mine"
    kept = {other: bucket.blob(other).download_as_bytes() for other in others if other != name}
    assert kept == {other: content for other, content in others.items() if other != name}
    assert name in [blob.name for blob in bucket.list_blobs()]


@pytest.mark.parametrize("name", [".", "..", "x" * 1025, "a\nb"])
def test_a_name_that_cloud_storage_forbids_is_refused(bucket: storage.Bucket, name: str) -> None:
    """Dots alone, line ends and more than 1,024 bytes are 400."""
    with pytest.raises(BadRequest):
        bucket.blob(name).upload_from_string(b"1")


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


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 0, b"0"), (2, 4, b"234"), (7, None, b"789"), (7, 99, b"789"), (-3, None, b"789")],
)
def test_ranges_are_read(
    bucket: storage.Bucket, start: int, end: int | None, expected: bytes
) -> None:
    """Ranges from the start, to the end, behind the end, and from the end backwards."""
    bucket.blob("x").upload_from_string(b"0123456789")
    assert bucket.blob("x").download_as_bytes(start=start, end=end) == expected


def test_a_range_behind_the_end_is_an_error(bucket: storage.Bucket) -> None:
    """Nothing to read is 416, not the whole object."""
    bucket.blob("x").upload_from_string(b"0123456789")
    with pytest.raises(Exception, match="416"):
        bucket.blob("x").download_as_bytes(start=10)


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


def test_a_resumable_upload_minds_its_precondition(bucket: storage.Bucket) -> None:
    """The precondition that opened the upload is checked again when its bytes arrive."""
    bucket.blob("x").upload_from_string(b"1")
    with pytest.raises(PreconditionFailed):
        bucket.blob("x", chunk_size=QUARTER_MB).upload_from_string(b"2", if_generation_match=0)
    assert bucket.blob("x").download_as_bytes() == b"1"


def test_an_old_generation_is_not_found(bucket: storage.Bucket) -> None:
    """Reads of a generation get that one or 404, never another one."""
    blob = bucket.blob("x")
    blob.upload_from_string(b"1")
    old = blob.generation
    blob.upload_from_string(b"2")
    assert bucket.blob("x", generation=blob.generation).download_as_bytes() == b"2"
    with pytest.raises(NotFound):
        bucket.blob("x", generation=old).download_as_bytes()


def test_a_wrong_checksum_is_refused(bucket: storage.Bucket) -> None:
    """Bytes that do not match the client's crc32c are not stored."""
    blob = bucket.blob("x")
    blob.crc32c = _crc32c(b"other")
    with pytest.raises(BadRequest):
        blob.upload_from_string(b"content", checksum=None)
    assert not bucket.blob("x").exists()


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
