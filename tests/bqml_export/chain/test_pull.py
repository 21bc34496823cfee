"""An export in a bucket becomes a version, or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.storage", reason="needs the extra [gcp]")

from bqml_export.bucket.uri import BucketUri
from bqml_export.chain.pull import plan_pull, pull
from bqml_export.errors import (
    AccessDeniedError,
    ExportLayoutError,
    NotFoundError,
    PublishError,
    StorageError,
)
from bqml_export.repository.digests import compare
from bqml_export.repository.record import read_record
from bqml_export.repository.versions import versions_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bqml_export.chain.export import Exported
    from bqml_export.clients import Clients
    from bqml_export.repository.versions import Version
    from bqml_export.settings import Target
    from tests.bqml_export.conftest import Fault, Faulty

ROOT = Path(__file__).parents[3]
BIG_BYTES = 3_000_000


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
    with pytest.raises(StorageError, match="rot arrived damaged 3 times"):
        fetch(google_clients, place, tmp_path)
    assert versions_of(tmp_path, "m") == []


def _is(path: Path, content: bytes) -> bool:
    return path.stat().st_size == len(content) and path.read_bytes() == content


def test_a_killed_pull_goes_on_where_it_was(
    faulty: Faulty, fault: type[Fault], big_export: BucketUri, tmp_path: Path
) -> None:
    """SIGKILL in the middle of an object: the next pull fetches the rest and publishes once."""
    faulty.storage.faults.append(fault(r"GET .*big.*alt=media", after="stall", times=1))
    environment = {
        "BIGQUERY_EMULATOR_HOST": faulty.bigquery.url,
        "STORAGE_EMULATOR_HOST": faulty.storage.url,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "bqml_export", "pull", str(big_export), "--model", "m"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    ) as process:
        wait_for(lambda: staged_bytes(tmp_path) > BIG_BYTES // 3)
        process.kill()
    assert versions_of(tmp_path / "serving_dir", "m") == []
    kept, before = staged_bytes(tmp_path), faulty.storage.media_bytes
    version = fetch(faulty.clients, big_export, tmp_path / "serving_dir")
    assert (version.folder / "assets.extra" / "big").stat().st_size == BIG_BYTES
    assert faulty.storage.media_bytes - before < BIG_BYTES - kept + 50_000
    assert [path.name for path in version.folder.parent.iterdir()] == ["1"]


def staged_bytes(folder: Path) -> int:
    """Returns how many bytes of interrupted downloads are below a folder."""
    return sum(path.stat().st_size for path in folder.rglob(".pulling-*/*"))


def wait_for(condition: Callable[[], bool]) -> None:
    """Returns when it is so."""
    deadline_s = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


@pytest.fixture
def big_export(google_clients: Clients, tiny_export: Exported, bucket: str) -> BucketUri:
    """An export with an object that is not fetched at once."""
    place = copy(google_clients, tiny_export.place, bucket)
    extra = google_clients.storage.bucket(bucket).blob("copy/assets.extra/big")
    extra.upload_from_string(os.urandom(BIG_BYTES))
    return place


def test_two_pulls_of_the_same_export_do_not_mix(
    google_clients: Clients, big_export: BucketUri, tmp_path: Path
) -> None:
    """At the same moment into the same model: two whole versions, and nothing is left over."""
    with ThreadPoolExecutor(3) as pool:
        pulls = [pool.submit(fetch, google_clients, big_export, tmp_path) for _ in range(3)]
    versions = sorted(pull.result().number for pull in pulls)
    assert versions == [1, 2, 3]
    for version in versions_of(tmp_path, "m"):
        record = read_record(version.folder)
        assert record is not None
        assert not compare(version.folder, record.files or {}).damaged
    assert len(list((tmp_path / "m").iterdir())) == 3


def test_a_failed_object_does_not_cost_the_others(
    faulty: Faulty, fault: type[Fault], big_export: BucketUri, tmp_path: Path
) -> None:
    """What came through before an error is kept for the next try."""
    denied = fault(r"GET .*saved_model.*alt=media", status=403)
    faulty.storage.faults.append(denied)
    with pytest.raises(AccessDeniedError, match=r"saved_model\.pb"):
        fetch(faulty.clients, big_export, tmp_path)
    assert versions_of(tmp_path, "m") == []
    faulty.storage.faults.clear()
    assert fetch(faulty.clients, big_export, tmp_path).number == 1


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
