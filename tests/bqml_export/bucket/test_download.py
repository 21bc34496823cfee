"""Every byte that is downloaded is checked, and none is fetched twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.storage", reason="needs the extra [gcp]")

from bqml_export.bucket.download import download
from bqml_export.bucket.fetch import Fetch
from bqml_export.bucket.objects import StoredObject, list_objects
from bqml_export.bucket.staging import Staging
from bqml_export.bucket.uri import BucketUri
from bqml_export.errors import BqmlExportError, StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.clients import Clients
    from tests.bqml_export.conftest import Fault, Faulty

CONTENTS = {"saved_model.pb": b"model", "variables/a": bytes(range(256)) * 400, "empty": b""}


@pytest.fixture
def place(google_clients: Clients, bucket: str) -> BucketUri:
    """A prefix with a few objects."""
    for name, content in CONTENTS.items():
        google_clients.storage.bucket(bucket).blob(f"p/{name}").upload_from_string(content)
    return BucketUri(bucket, "p")


def bring(clients: Clients, place: BucketUri, folder: Path, objects: list[StoredObject]) -> int:
    """Downloads into `folder` and returns how many bytes the counting says are there."""
    counted: list[int] = []
    fetch = Fetch(clients=clients, place=place, on_bytes=counted.append)
    download(fetch, objects, Staging(folder), lambda _: None)
    return sum(counted)


def contents(folder: Path, objects: list[StoredObject]) -> dict[str, bytes]:
    """Returns what is staged, by path."""
    return {stored.path: Staging(folder).file(stored).read_bytes() for stored in objects}


def test_the_files_are_the_objects(
    google_clients: Clients, place: BucketUri, tmp_path: Path
) -> None:
    """Every byte arrives as it is stored, and is counted once."""
    objects = list_objects(google_clients, place)
    total = bring(google_clients, place, tmp_path, objects)
    assert contents(tmp_path, objects) == CONTENTS
    assert total == sum(map(len, CONTENTS.values()))


def test_what_is_there_is_kept_and_what_is_half_goes_on(
    faulty: Faulty, place: BucketUri, tmp_path: Path
) -> None:
    """A whole object is not fetched again; of half a one only the other half is."""
    objects = {stored.path: stored for stored in list_objects(faulty.clients, place)}
    staging = Staging(tmp_path)
    staging.file(objects["saved_model.pb"]).write_bytes(CONTENTS["saved_model.pb"])
    staging.file(objects["variables/a"]).write_bytes(CONTENTS["variables/a"][:100_000])
    before = faulty.storage.media_bytes
    bring(faulty.clients, place, tmp_path, list(objects.values()))
    assert contents(tmp_path, list(objects.values())) == CONTENTS
    assert faulty.storage.count("GET .*alt=media") == 1
    assert faulty.storage.media_bytes - before == len(CONTENTS["variables/a"]) - 100_000


def test_a_file_of_another_generation_is_thrown_away(
    google_clients: Clients, place: BucketUri, tmp_path: Path
) -> None:
    """An object that was replaced since starts again, and nothing of the old one stays."""
    old = list_objects(google_clients, place)
    bring(google_clients, place, tmp_path, old)
    google_clients.storage.bucket(place.bucket).blob("p/saved_model.pb").upload_from_string(b"new")
    new = list_objects(google_clients, place)
    bring(google_clients, place, tmp_path, new)
    assert contents(tmp_path, new) == {**CONTENTS, "saved_model.pb": b"new"}
    assert len(list(tmp_path.iterdir())) == len(new)


def test_half_a_file_with_wrong_bytes_is_fetched_anew(
    google_clients: Clients, place: BucketUri, tmp_path: Path
) -> None:
    """What a crash left is checked like everything else."""
    objects = {stored.path: stored for stored in list_objects(google_clients, place)}
    Staging(tmp_path).file(objects["variables/a"]).write_bytes(b"z" * 1000)
    total = bring(google_clients, place, tmp_path, list(objects.values()))
    assert contents(tmp_path, list(objects.values())) == CONTENTS
    assert total == sum(map(len, CONTENTS.values()))


@pytest.mark.parametrize("after", ["cut", "reset", "lost", "flip"])
def test_an_accident_on_the_way_is_repaired(
    faulty: Faulty, fault: type[Fault], place: BucketUri, tmp_path: Path, after: str
) -> None:
    """A body that ends early, a lost connection and a flipped bit each cost another request."""
    objects = list_objects(faulty.clients, place)
    faulty.storage.faults.append(fault(r"GET .*variables.*alt=media", after=after, times=1))
    bring(faulty.clients, place, tmp_path, objects)
    assert contents(tmp_path, objects) == CONTENTS
    assert faulty.storage.count(r"GET .*variables.*alt=media") == 2


@pytest.mark.parametrize(
    ("after", "requests"), [("flip", 3), ("reset", 2)], ids=["damaged", "unreachable"]
)
def test_an_object_that_never_arrives_is_named(
    faulty: Faulty,
    fault: type[Fault],
    place: BucketUri,
    tmp_path: Path,
    after: str,
    requests: int,
) -> None:
    """Tries are bounded, and the error is one line with the object's name."""
    objects = list_objects(faulty.clients, place)
    faulty.storage.faults.append(fault(r"GET .*variables.*alt=media", after=after))
    with pytest.raises(BqmlExportError, match=rf"gs://{place.bucket}/p/variables/a") as caught:
        bring(replace_timeout(faulty.clients), place, tmp_path, objects)
    assert "\n" not in str(caught.value)
    assert requests <= faulty.storage.count(r"GET .*variables.*alt=media") <= 30


def replace_timeout(clients: Clients) -> Clients:
    """Returns clients that give up soon."""
    return replace(clients, storage_retry=clients.storage_retry.with_timeout(1.0))


@pytest.mark.parametrize(
    ("status", "retried"), [(503, True), (429, True), (500, True), (403, False), (404, False)]
)
def test_only_what_passes_is_waited_for(
    faulty: Faulty,
    fault: type[Fault],
    place: BucketUri,
    tmp_path: Path,
    status: int,
    retried: bool,
) -> None:
    """An overloaded service is asked again; one that refuses is not."""
    objects = list_objects(faulty.clients, place)
    faulty.storage.faults.append(fault(r"GET .*variables.*alt=media", status=status, times=1))
    if retried:
        bring(faulty.clients, place, tmp_path, objects)
        assert contents(tmp_path, objects) == CONTENTS
    else:
        with pytest.raises(BqmlExportError, match="variables/a"):
            bring(faulty.clients, place, tmp_path, objects)
    assert faulty.storage.count(r"GET .*variables.*alt=media") == 1 + retried


def test_an_object_that_is_replaced_meanwhile_is_noticed(
    google_clients: Clients, place: BucketUri, tmp_path: Path
) -> None:
    """A model must not be put together from two exports."""
    objects = list_objects(google_clients, place)
    google_clients.storage.bucket(place.bucket).blob("p/saved_model.pb").upload_from_string(b"new")
    with pytest.raises(StorageError, match=r"saved_model\.pb"):
        bring(google_clients, place, tmp_path, objects)


def test_a_download_that_cannot_fit_is_not_begun(
    google_clients: Clients, place: BucketUri, tmp_path: Path
) -> None:
    """A full disk is told before anything is written."""
    with pytest.raises(StorageError, match="are free"):
        bring(google_clients, place, tmp_path, [StoredObject("x", 1 << 60, "", 1)])
    assert list(tmp_path.iterdir()) == []
