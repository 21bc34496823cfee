"""Reading request bodies: bounds, and gzip as TensorFlow Serving takes it."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import Any

import pytest

from serve_app.protocols.http import DisconnectedError
from serve_app.transports.http.body import BodyTooLargeError, read_body

LIMIT_BYTES = 300 * 1024 * 1024
DATA = b'{"instances": [1]}'


def read(*chunks: bytes | None, inflate: bool = False, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """Returns the body that arrives in `chunks`; None is a client that goes away."""
    events = iter(
        {"type": "http.disconnect"}
        if chunk is None
        else {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    )

    async def receive() -> dict[str, Any]:
        return next(events)

    return asyncio.run(read_body(receive, gzip=inflate, limit_bytes=limit_bytes))


def test_chunks_are_joined() -> None:
    """However many there are."""
    assert read(b"a", b"", b"bc") == b"abc"


@pytest.mark.parametrize("chunks", [(None,), (b"a", None)])
def test_a_client_that_goes_away_is_noticed(chunks: tuple[bytes | None, ...]) -> None:
    """At the start or on the way."""
    with pytest.raises(DisconnectedError):
        read(*chunks)


@pytest.mark.parametrize("chunks", [(b"abc",), (b"a", b"bc")])
def test_a_body_over_the_limit_is_413(chunks: tuple[bytes, ...]) -> None:
    """As soon as it is known."""
    with pytest.raises(BodyTooLargeError):
        read(*chunks, limit_bytes=2)


def test_gzip_is_inflated() -> None:
    """The usual case, in several chunks."""
    data = gzip.compress(DATA)
    assert read(data[:5], data[5:], inflate=True) == DATA


@pytest.mark.parametrize(
    "data",
    [
        b"",
        DATA,
        zlib.compress(DATA),
        gzip.compress(DATA, mtime=0)[:-1],
        gzip.compress(DATA, mtime=0)[:-9] + b"\0" * 9,
        gzip.compress(DATA, mtime=0) + b"x",
        gzip.compress(DATA, mtime=0) + gzip.compress(DATA, mtime=0),
    ],
    ids=["empty", "plain", "zlib", "cut", "checksum", "trailing", "two members"],
)
def test_what_is_no_single_gzip_member_reads_as_empty(data: bytes) -> None:
    """The request then fails as an empty document."""
    assert read(data, inflate=True) == b""


@pytest.mark.parametrize(("size_mib", "empty"), [(100, False), (101, True)])
def test_more_than_100_mib_inflated_reads_as_empty(size_mib: int, *, empty: bool) -> None:
    """TensorFlow Serving's cap; a small body cannot fill the memory."""
    data = gzip.compress(b"0" * (size_mib * 1024 * 1024), 1)
    assert (read(data, inflate=True) == b"") is empty


def test_our_own_limit_counts_after_inflating_too() -> None:
    """If it is less than the cap."""
    with pytest.raises(BodyTooLargeError):
        read(gzip.compress(b"0" * 1000), inflate=True, limit_bytes=999)
