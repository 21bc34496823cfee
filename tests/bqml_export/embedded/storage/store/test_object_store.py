"""The folder: a change is whole or absent, and nothing that is not needed stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bqml_export.embedded.storage.protocol.wire import ApiError
from bqml_export.embedded.storage.store.object_store import ALWAYS, NewObject, ObjectStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ObjectStore]:
    """A store with a bucket that forgets what is deleted."""
    store = ObjectStore(tmp_path)
    resource = {"name": "b", "storageClass": "STANDARD"}
    store.catalog.put_bucket("b", resource)
    yield store
    store.close()


def put(store: ObjectStore, name: str, content: bytes, **fields: str) -> None:
    """Stores an object."""
    file, digests = store.content.store([content])
    store.insert(NewObject(bucket="b", name=name, fields=fields, content=file, digests=digests))


def files(folder: Path) -> int:
    """Returns how many files with bytes there are."""
    return len(list((folder / "content").iterdir()))


def test_bytes_that_nobody_needs_are_removed(store: ObjectStore, tmp_path: Path) -> None:
    """Those of an overwritten, a deleted and a refused object."""
    put(store, "x", b"1")
    put(store, "x", b"2")
    assert files(tmp_path) == 1
    with pytest.raises(ApiError, match="CRC32C"):
        put(store, "x", b"3", crc32c="AAAAAA==")
    assert files(tmp_path) == 1
    store.delete("b", "x", ALWAYS)
    assert files(tmp_path) == 0


def test_what_a_kill_left_is_removed_at_the_next_start(store: ObjectStore, tmp_path: Path) -> None:
    """Bytes without a record go; everything with one stays."""
    put(store, "x", b"kept")
    store.content.store([b"the process was killed before the record"])
    store.close()
    again = ObjectStore(tmp_path)
    assert files(tmp_path) == 1
    assert b"".join(again.content.read(again.object("b", "x").content)) == b"kept"
    again.close()


def test_a_failed_transaction_changes_nothing(store: ObjectStore, tmp_path: Path) -> None:
    """Neither the record nor the bytes of what it overwrote."""
    put(store, "x", b"old")

    def fail() -> None:
        with store.catalog.transaction():
            put(store, "x", b"new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    stored = store.object("b", "x")
    assert b"".join(store.content.read(stored.content)) == b"old"


def test_generations_only_grow(store: ObjectStore, tmp_path: Path) -> None:
    """Also over a restart, whatever the clock says."""
    put(store, "x", b"1")
    stored = store.object("b", "x")
    future = stored.generation + 10**15
    store.catalog.put_object(
        type(stored)(
            bucket="b",
            name="y",
            generation=future,
            content=stored.content,
            resource=stored.resource,
        )
    )
    store.close()
    again = ObjectStore(tmp_path)
    put(again, "x", b"2")
    assert again.object("b", "x").generation == future + 1
    again.close()
