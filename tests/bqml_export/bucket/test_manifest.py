"""The record beside a finished export in its bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.storage", reason="needs the extra [gcp]")

from bqml_export.bucket.manifest import Manifest, read_manifest, write_manifest
from bqml_export.bucket.objects import StoredObject
from bqml_export.bucket.uri import BucketUri
from bqml_export.errors import StorageError
from bqml_export.model_reference import ModelReference
from bqml_export.repository.record import Record

if TYPE_CHECKING:
    from bqml_export.clients import Clients

MANIFEST = Manifest(
    Record(model_reference=ModelReference("p", "d", "m"), etag="e"),
    (StoredObject("saved_model.pb", 5, "AAAAAA==", 1),),
)


def test_it_is_read_as_it_was_written(google_clients: Clients, bucket: str) -> None:
    """Record and objects survive; a prefix without one has none."""
    place = BucketUri(bucket, "p")
    assert read_manifest(google_clients, place) is None
    write_manifest(google_clients, place, MANIFEST)
    assert read_manifest(google_clients, place) == MANIFEST


def test_one_that_is_there_is_never_overwritten(google_clients: Clients, bucket: str) -> None:
    """Two runs that finish together agree on the first."""
    place = BucketUri(bucket, "p")
    write_manifest(google_clients, place, MANIFEST)
    write_manifest(google_clients, place, Manifest(Record(etag="other"), ()))
    assert read_manifest(google_clients, place) == MANIFEST


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1, "objects": [{"path": "x"}]}'])
def test_a_damaged_one_is_named(google_clients: Clients, bucket: str, text: str) -> None:
    """The error says which object and what to do."""
    google_clients.storage.bucket(bucket).blob("p/bqml.json").upload_from_string(text)
    with pytest.raises(StorageError, match=r"p/bqml\.json is damaged"):
        read_manifest(google_clients, BucketUri(bucket, "p"))
