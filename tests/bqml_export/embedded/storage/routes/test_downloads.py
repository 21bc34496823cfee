"""Downloads through the real client and by hand: whole, in ranges, packed, conditional."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest
import requests
from google.cloud.storage import transfer_manager

if TYPE_CHECKING:
    from pathlib import Path

    from google.cloud import storage

    from bqml_export.embedded.services import Endpoints


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


def test_many_ranges_at_once_are_one_object(bucket: storage.Bucket, tmp_path: Path) -> None:
    """The library's chunked and its concurrent downloads."""
    content = os.urandom(900_000)
    blob = bucket.blob("x")
    blob.upload_from_string(content)
    assert bucket.blob("x", chunk_size=256 * 1024).download_as_bytes() == content
    transfer_manager.download_chunks_concurrently(
        blob, str(tmp_path / "x"), chunk_size=200_000, worker_type=transfer_manager.THREAD
    )
    assert (tmp_path / "x").read_bytes() == content


def test_the_headers_describe_the_object(services: Endpoints, bucket: storage.Bucket) -> None:
    """Checksums, generation and type come with the bytes; HEAD brings them alone."""
    blob = bucket.blob("a/b c")
    blob.metadata = {"k": "v"}
    blob.upload_from_string("0123", content_type="text/x")
    link = f"{services.storage_url}/{bucket.name}/a/b%20c"
    got, head = requests.get(link, timeout=30), requests.head(link, timeout=30)
    assert (got.content, head.content) == (b"0123", b"")
    assert {k: v for k, v in got.headers.items() if k != "Date"} == {
        k: v for k, v in head.headers.items() if k != "Date"
    }
    assert got.headers["X-Goog-Hash"] == f"crc32c={blob.crc32c},md5={blob.md5_hash}"
    assert got.headers["X-Goog-Generation"] == str(blob.generation)
    assert (got.headers["Content-Type"], got.headers["X-Goog-Meta-k"]) == ("text/x", "v")


def test_a_packed_object_is_unpacked_for_who_cannot(
    services: Endpoints, bucket: storage.Bucket
) -> None:
    """Decompressive transcoding; who takes gzip gets the stored bytes."""
    packed = gzip.compress(b"hello" * 100)
    blob = bucket.blob("x")
    blob.content_encoding = "gzip"
    blob.upload_from_string(packed, content_type="text/plain")
    assert blob.download_as_bytes() == b"hello" * 100
    assert blob.download_as_bytes(raw_download=True) == packed
    link = f"{services.storage_url}/{bucket.name}/x"
    plain = requests.get(link, headers={"Accept-Encoding": "identity"}, timeout=30)
    assert (plain.content, plain.headers.get("Content-Encoding")) == (b"hello" * 100, None)


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("", {}, 200),
        ("&ifGenerationMatch={generation}", {}, 200),
        ("&ifGenerationMatch=1", {}, 412),
        ("&ifGenerationNotMatch={generation}", {}, 304),
        ("&ifMetagenerationMatch=9", {}, 412),
        ("&generation=1", {}, 404),
        ("", {"If-Match": "other"}, 412),
        ("", {"If-None-Match": "{etag}"}, 304),
        ("", {"Range": "bytes=2-"}, 206),
        ("", {"Range": "bytes=9-"}, 416),
        ("", {"X-Goog-Encryption-Key": "k"}, 400),
    ],
)
def test_the_status_follows_the_request(
    services: Endpoints, bucket: storage.Bucket, query: str, headers: dict[str, str], status: int
) -> None:
    """Preconditions in parameters and headers, generations, ranges."""
    bucket.blob("x").upload_from_string("0123")
    blob = bucket.get_blob("x")
    known = {"generation": blob.generation, "etag": blob.etag}
    link = f"{services.storage_url}/download/storage/v1/b/{bucket.name}/o/x?alt=media"
    sent = {key: value.format(**known) for key, value in headers.items()}
    answer = requests.get(link + query.format(**known), headers=sent, timeout=30)
    assert answer.status_code == status
    assert (answer.content == b"") == (status == 304)
