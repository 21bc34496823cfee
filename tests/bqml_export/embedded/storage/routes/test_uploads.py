"""Uploads through the real client and by hand: every kind, every check."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import google_crc32c
import pytest
import requests
from google.api_core.exceptions import BadRequest, PreconditionFailed

from bqml_export.embedded.storage.server import StorageServer

if TYPE_CHECKING:
    from pathlib import Path

    from google.cloud import storage

    from bqml_export.embedded.services import Endpoints

QUARTER_MB = 256 * 1024
CONTENT = os.urandom(700_000)


def _crc32c(content: bytes) -> str:
    return base64.b64encode(google_crc32c.Checksum(content).digest()).decode()


def _md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


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


def test_a_resumable_upload_minds_its_precondition(bucket: storage.Bucket) -> None:
    """The precondition that opened the upload is checked again when its bytes arrive."""
    bucket.blob("x").upload_from_string(b"1")
    with pytest.raises(PreconditionFailed):
        bucket.blob("x", chunk_size=QUARTER_MB).upload_from_string(b"2", if_generation_match=0)
    assert bucket.blob("x").download_as_bytes() == b"1"


@pytest.mark.parametrize("field", ["crc32c", "md5_hash"])
@pytest.mark.parametrize("chunk_size", [None, QUARTER_MB], ids=["at once", "resumable"])
def test_a_wrong_checksum_is_refused(
    bucket: storage.Bucket, field: str, chunk_size: int | None
) -> None:
    """Bytes that do not match the client's checksum are not stored, whatever way they came."""
    blob = bucket.blob("x", chunk_size=chunk_size)
    setattr(blob, field, _crc32c(b"other") if field == "crc32c" else _md5(b"other"))
    with pytest.raises(BadRequest, match="doesn't match calculated"):
        blob.upload_from_string(CONTENT, checksum=None)
    assert not bucket.blob("x").exists()


def test_a_checksum_in_a_header_counts(services: Endpoints, bucket: storage.Bucket) -> None:
    """X-Goog-Hash of a simple upload."""
    where = f"{services.storage_url}/upload/storage/v1/b/{bucket.name}/o?uploadType=media&name=x"
    for crc32c, status in ((_crc32c(b"other"), 400), (_crc32c(b"abc"), 200)):
        header = {"X-Goog-Hash": f"crc32c={crc32c},md5={_md5(b'abc')}"}
        assert requests.post(where, b"abc", headers=header, timeout=30).status_code == status


@pytest.mark.parametrize("content", [b'{"a":  1}\n', b"no json", gzip.compress(b"packed", mtime=0)])
def test_content_is_never_interpreted(
    services: Endpoints, bucket: storage.Bucket, content: bytes
) -> None:
    """A JSON object is bytes like any other, also when it is none."""
    where = f"{services.storage_url}/upload/storage/v1/b/{bucket.name}/o?uploadType=media&name=x"
    headers = {"Content-Type": "application/json"}
    assert requests.post(where, content, headers=headers, timeout=30).status_code == 200
    blob = bucket.get_blob("x")
    assert (blob.download_as_bytes(), blob.content_type) == (content, "application/json")


def test_a_stream_of_unknown_length_is_taken(services: Endpoints, bucket: storage.Bucket) -> None:
    """In chunks of HTTP, and in chunks of a resumable upload whose end is not known."""
    where = f"{services.storage_url}/upload/storage/v1/b/{bucket.name}/o?uploadType=media&name=x"
    pieces: Iterator[bytes] = iter([CONTENT[:1000], CONTENT[1000:]])
    assert requests.post(where, pieces, timeout=30).status_code == 200
    with bucket.blob("y", chunk_size=QUARTER_MB).open("wb") as file:
        for start in range(0, len(CONTENT), 100_000):
            file.write(CONTENT[start : start + 100_000])
    for name in "xy":
        assert bucket.blob(name).download_as_bytes() == CONTENT


def _open(services: Endpoints, bucket: storage.Bucket, name: str = "x") -> str:
    where = f"{services.storage_url}/upload/storage/v1/b/{bucket.name}/o"
    opened = requests.post(f"{where}?uploadType=resumable&name={name}", json={}, timeout=30)
    return str(opened.headers["Location"])


def _put(link: str, content: bytes, what: str) -> tuple[int, str | None]:
    answer = requests.put(link, content, headers={"Content-Range": f"bytes {what}"}, timeout=30)
    return answer.status_code, answer.headers.get("Range")


def test_a_resumable_upload_goes_on_where_it_was(
    services: Endpoints, bucket: storage.Bucket
) -> None:
    """The server says how much it has; what comes twice is taken once, a gap is refused."""
    link = _open(services, bucket)
    assert _put(link, b"", "*/*") == (308, None)
    assert _put(link, CONTENT[:QUARTER_MB], f"0-{QUARTER_MB - 1}/*") == (308, "bytes=0-262143")
    assert _put(link, CONTENT[100:300_000], "100-299999/*") == (308, "bytes=0-299999")
    assert _put(link, CONTENT[400_000:], "400000-699999/700000")[0] == 400
    assert _put(link, b"", "*/700000") == (308, "bytes=0-299999")
    assert _put(link, CONTENT[300_000:], "300000-699999/700000")[0] == 200
    assert _put(link, b"", "*/700000")[0] == 200, "asked again, a finished upload says so"
    assert bucket.blob("x").download_as_bytes() == CONTENT


def test_an_end_that_comes_twice_at_once_is_taken_once(
    services: Endpoints, bucket: storage.Bucket
) -> None:
    """A client that lost patience sends the last bytes again while the first are on their way."""
    link = _open(services, bucket)
    _put(link, CONTENT[:QUARTER_MB], f"0-{QUARTER_MB - 1}/*")
    rest = CONTENT[QUARTER_MB:]
    with ThreadPoolExecutor(6) as pool:
        sent = [pool.submit(_put, link, rest, "262144-699999/700000") for _ in range(6)]
    assert {answer.result()[0] for answer in sent} == {200}
    assert bucket.blob("x").download_as_bytes(checksum="crc32c") == CONTENT
    assert requests.delete(link, timeout=30).status_code == 400


def test_a_cancelled_upload_is_gone(services: Endpoints, bucket: storage.Bucket) -> None:
    """499 is what Cloud Storage says to that, and 404 to whatever comes later."""
    link = _open(services, bucket)
    _put(link, CONTENT[:QUARTER_MB], f"0-{QUARTER_MB - 1}/*")
    assert requests.delete(link, timeout=30).status_code == 499
    assert _put(link, b"", "*/*")[0] == 404
    assert not bucket.blob("x").exists()


def test_a_resumable_upload_outlives_the_server(tmp_path: Path) -> None:
    """A restart in the middle costs nothing: what has arrived is kept and hashed again."""
    with StorageServer(tmp_path) as server:
        requests.post(f"{server.url}/storage/v1/b", json={"name": "bucket"}, timeout=30)
        where = f"{server.url}/upload/storage/v1/b/bucket/o?uploadType=resumable&name=x"
        link = requests.post(where, json={"crc32c": _crc32c(CONTENT)}, timeout=30)
        path = link.headers["Location"].removeprefix(server.url)
        _put(server.url + path, CONTENT[:QUARTER_MB], f"0-{QUARTER_MB - 1}/*")
    with StorageServer(tmp_path) as server:
        assert _put(server.url + path, b"", "*/*") == (308, "bytes=0-262143")
        rest = _put(server.url + path, CONTENT[QUARTER_MB:], "262144-699999/700000")
        assert rest[0] == 200
        assert server.read("bucket", "x") == CONTENT


@pytest.mark.parametrize(
    ("query", "body", "headers", "status"),
    [
        ("uploadType=other&name=x", b"", {}, 400),
        ("uploadType=media", b"", {}, 400),
        ("uploadType=multipart", b"x", {"Content-Type": "text/plain"}, 400),
        ("uploadType=multipart", b"--b--", {"Content-Type": "multipart/related; boundary=b"}, 400),
        ("uploadType=media&name=x&ifGenerationMatch=y", b"", {}, 400),
        ("uploadType=media&name=x&kmsKeyName=k", b"", {}, 400),
        ("uploadType=media&name=x&predefinedAcl=none", b"", {}, 400),
        ("upload_id=unknown", b"", {}, 404),
    ],
)
def test_what_is_no_upload_is_an_error_in_googles_form(
    services: Endpoints,
    bucket: storage.Bucket,
    query: str,
    body: bytes,
    headers: dict[str, str],
    status: int,
) -> None:
    """Code, message and reason, and nothing stored."""
    where = f"{services.storage_url}/upload/storage/v1/b/{bucket.name}/o?{query}"
    answer = requests.post(where, body, headers=headers, timeout=30)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, status)
    assert error["errors"][0]["reason"]
    assert list(bucket.list_blobs()) == []


def test_a_client_that_asks_first_is_told_to_go_on(
    services: Endpoints, bucket: storage.Bucket
) -> None:
    """`Expect: 100-continue`, as curl sends it before a big body."""
    address = urlsplit(services.storage_url)
    path = f"/upload/storage/v1/b/{bucket.name}/o?uploadType=media&name=x"
    head = f"POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"abc")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
    assert bucket.blob("x").download_as_bytes() == b"abc"


def test_an_upload_to_no_bucket_reads_no_bytes(storage_client: storage.Client) -> None:
    """404 comes although a body is on its way, and the connection can go on."""
    with pytest.raises(Exception, match="The specified bucket does not exist"):
        storage_client.bucket("nowhere-at-all").blob("x").upload_from_file(io.BytesIO(CONTENT))
