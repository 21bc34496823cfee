"""An export in a bucket becomes a version, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.storage", reason="needs the extra [gcp]")

from bqml_export.bucket.uri import BucketUri
from bqml_export.chain.pull import plan_pull, pull
from bqml_export.errors import ExportLayoutError, NotFoundError, PublishError, StorageError
from bqml_export.repository.record import read_record

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.chain.export import Exported
    from bqml_export.clients import Clients
    from bqml_export.repository.versions import Version
    from bqml_export.settings import Target


def fetch(clients: Clients, place: BucketUri, root: Path, version: int | None = None) -> Version:
    """Pulls an export as the model `m`."""
    return pull(clients, plan_pull(clients, place), root, "m", version, lambda _: None)


def copy(clients: Clients, source: BucketUri, bucket: str) -> BucketUri:
    """Copies an export to gs://bucket/copy."""
    for blob in clients.storage.list_blobs(source.bucket, prefix=source.folder):
        name = blob.name.removeprefix(source.folder)
        clients.storage.bucket(bucket).blob(f"copy/{name}").upload_from_string(
            blob.download_as_bytes()
        )
    return BucketUri(bucket, "copy")


def test_the_version_knows_where_it_came_from(
    google_clients: Clients, tiny_export: Exported, tmp_path: Path
) -> None:
    """SQL, types, metrics and source travel with the export into bqml.json."""
    record = read_record(fetch(google_clients, tiny_export.place, tmp_path).folder)
    assert record is not None
    assert record.source_uri == str(tiny_export.place)
    assert (record.sql, record.feature_columns) == (
        tiny_export.record.sql,
        tiny_export.record.feature_columns,
    )
    assert record.engine == "embedded"
    assert record.files is not None
    assert "saved_model.pb" in record.files


def test_an_export_of_somebody_else_has_no_invented_knowledge(
    google_clients: Clients, tiny_export: Exported, bucket: str, tmp_path: Path
) -> None:
    """What `bq extract -m` alone wrote is pulled too; what is not known is null."""
    place = copy(google_clients, tiny_export.place, bucket)
    google_clients.storage.bucket(bucket).blob("copy/bqml.json").delete()
    record = read_record(fetch(google_clients, place, tmp_path).folder)
    assert record is not None
    assert record.source_uri == str(place)
    assert (record.sql, record.model_reference, record.engine) == (None, None, None)


@pytest.mark.parametrize("damage", ["removed", "replaced"])
def test_an_export_that_is_not_what_its_record_says_is_refused(
    google_clients: Clients, tiny_export: Exported, bucket: str, tmp_path: Path, damage: str
) -> None:
    """A missing or changed object is named before anything is fetched."""
    place = copy(google_clients, tiny_export.place, bucket)
    index = google_clients.storage.bucket(bucket).blob("copy/variables/variables.index")
    if damage == "removed":
        index.delete()
    else:
        index.upload_from_string(b"other")
    with pytest.raises(StorageError, match=r"variables\.index"):
        fetch(google_clients, place, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_object_whose_bytes_rotted_publishes_nothing(
    google_clients: Clients,
    running_target: Target,
    tiny_export: Exported,
    bucket: str,
    tmp_path: Path,
) -> None:
    """One flipped bit at rest is found by its CRC32C."""
    place = copy(google_clients, tiny_export.place, bucket)
    google_clients.storage.bucket(bucket).blob("copy/assets.extra/rot").upload_from_string(b"r0t!")
    stored = [p for p in running_target.state_dir.rglob("*") if p.is_file() and _is(p, b"r0t!")]
    assert stored
    for path in stored:
        path.write_bytes(b"rot!")
    with pytest.raises(StorageError, match="rot"):
        fetch(google_clients, place, tmp_path)
    assert list((tmp_path / "m").iterdir()) == []


def _is(path: Path, content: bytes) -> bool:
    return path.stat().st_size == len(content) and path.read_bytes() == content


def test_a_prefix_with_no_export_is_refused(
    google_clients: Clients, bucket: str, tmp_path: Path
) -> None:
    """Nothing, something else, and a booster each have their own error."""
    with pytest.raises(NotFoundError, match="there is nothing at"):
        fetch(google_clients, BucketUri(bucket, "none"), tmp_path)
    google_clients.storage.bucket(bucket).blob("x/1/saved_model.pb").upload_from_string(b"x")
    with pytest.raises(ExportLayoutError, match="give its sub-folder '1'"):
        fetch(google_clients, BucketUri(bucket, "x"), tmp_path)
    google_clients.storage.bucket(bucket).blob("y/model.bst").upload_from_string(b"x")
    with pytest.raises(ExportLayoutError, match="boosted tree"):
        fetch(google_clients, BucketUri(bucket, "y"), tmp_path)


def test_a_taken_version_is_refused_before_the_download(
    google_clients: Clients, tiny_export: Exported, tmp_path: Path
) -> None:
    """No byte is fetched for a version that may not be written."""
    fetch(google_clients, tiny_export.place, tmp_path, 4)
    with pytest.raises(PublishError, match="version 4 of m exists already"):
        fetch(google_clients, tiny_export.place, tmp_path, 4)
