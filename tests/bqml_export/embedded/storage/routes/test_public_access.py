"""Public URLs: the XML API where it needs no signature."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import requests
from google.cloud.storage import transfer_manager

if TYPE_CHECKING:
    from pathlib import Path

    from google.cloud import storage

    from bqml_export.embedded.services import Endpoints


def test_a_public_url_is_read_written_and_deleted(
    services: Endpoints, bucket: storage.Bucket
) -> None:
    """With headers for what the JSON API has in a body."""
    link = f"{services.storage_url}/{bucket.name}/dir/x"
    headers = {"Content-Type": "text/x", "X-Goog-Meta-K": "v"}
    assert requests.put(link, b"content", headers=headers, timeout=30).status_code == 200
    blob = bucket.get_blob("dir/x")
    assert (blob.content_type, blob.metadata) == ("text/x", {"k": "v"})
    assert requests.get(link, timeout=30).content == b"content"
    stale = {"X-Goog-If-Generation-Match": "1"}
    assert requests.delete(link, headers=stale, timeout=30).status_code == 412
    assert requests.delete(link, timeout=30).status_code == 204
    assert requests.get(link, timeout=30).status_code == 404


def test_a_big_file_is_uploaded_in_parts(bucket: storage.Bucket, tmp_path: Path) -> None:
    """The library's concurrent upload, parts in any order."""
    content = os.urandom(1_300_000)
    (tmp_path / "x").write_bytes(content)
    blob = bucket.blob("x")
    transfer_manager.upload_chunks_concurrently(
        str(tmp_path / "x"), blob, chunk_size=300_000, worker_type=transfer_manager.THREAD
    )
    assert blob.download_as_bytes(checksum="crc32c") == content
    assert bucket.get_blob("x").component_count == 5


@pytest.mark.parametrize(
    ("method", "query", "status"),
    [
        ("PUT", "uploadId=none&partNumber=1", 404),
        ("PUT", "uploadId=none&partNumber=0", 400),
        ("POST", "uploadId=none", 404),
        ("DELETE", "uploadId=none", 404),
        ("POST", "other", 400),
    ],
)
def test_what_was_not_begun_is_not_gone_on_with(
    services: Endpoints, bucket: storage.Bucket, method: str, query: str, status: int
) -> None:
    """An error, and no object."""
    link = f"{services.storage_url}/{bucket.name}/x?{query}"
    assert requests.request(method, link, data=b"x", timeout=30).status_code == status
    assert list(bucket.list_blobs()) == []
