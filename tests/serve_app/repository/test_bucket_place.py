"""Versions in a bucket: listed, downloaded with checks, shared on disk, loaded and swapped."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from serve_app.config.serving_config import ModelConfig, ServingConfig
from serve_app.errors import InvalidArgumentError, NotFoundError, UnavailableError
from serve_app.lifecycle.manager import ServableManager
from serve_app.predictor import ModelSpec
from serve_app.repository import _bucket as bucket_module
from serve_app.repository._bucket import Bucket, BucketUri
from serve_app.repository._bucket_place import BucketPlace

storage = pytest.importorskip("google.cloud.storage", reason="needs the extra [gcp]")
pytest.importorskip("bqemulator", reason="needs the extra [local]")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the embedded Cloud Storage, in a process of its own."""
    state = tmp_path_factory.mktemp("bucket")
    process = subprocess.Popen(
        [sys.executable, "-m", "bqml_export.embedded", "--state-dir", str(state)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(3)]
    yield next(line.strip().partition("=")[2] for line in lines if "STORAGE_EMULATOR_HOST" in line)
    process.terminate()
    process.wait(30)
    process.stdout.close()


@pytest.fixture
def bucket(emulator: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A new bucket, and the product's client pointed at it."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "local")
    bucket_module._client.cache_clear()
    client = storage.Client()
    yield client.create_bucket(f"models-{time.time_ns()}")
    client.close()
    bucket_module._client().close()
    bucket_module._client.cache_clear()


def upload(bucket: Any, export: Path, prefix: str) -> None:
    """Writes an export below `prefix`, the SavedModel itself last."""
    files = sorted((p for p in export.rglob("*") if p.is_file()), key=lambda p: p.suffix == ".pb")
    for path in files:
        bucket.blob(f"{prefix}/{path.relative_to(export)}").upload_from_filename(str(path))


def eventually(condition: Callable[[], bool]) -> None:
    """Waits until `condition` holds; fails after half a minute."""
    deadline_s = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline_s, "never became true"
        time.sleep(0.02)


def serving(bucket: Any, manage: Callable[..., ServableManager], tmp_path: Path) -> ServableManager:
    """Returns a manager that serves gs://.../iris; an upload may be slow, so it never gives up."""
    model = ModelConfig(name="iris", base_path=f"gs://{bucket.name}/prod/iris")
    manager = manage(
        tmp_path, cache_dir=tmp_path / "cache", poll_wait_s=0.2,
        max_load_retries=100_000, load_retry_interval_s=0.2,
    )  # fmt: skip
    manager.watcher.apply(ServingConfig(models=(model,)))
    return manager


def test_a_new_version_in_a_bucket_takes_over(
    bucket: Any, manage: Callable[..., ServableManager], iris_export: Path, tmp_path: Path
) -> None:
    """The old one's files leave the cache when it has ended."""
    upload(bucket, iris_export, "prod/iris/1")
    manager = serving(bucket, manage, tmp_path)
    eventually(lambda: manager.available().get("iris") == [1])
    upload(bucket, iris_export, "prod/iris/2")
    eventually(lambda: manager.available()["iris"] == [2])
    eventually(lambda: manager.statuses("iris", 1)[0].state.name == "END")
    assert manager.find(ModelSpec("iris")).number == 2
    assert [path.name for path in (tmp_path / "cache").glob("*/[0-9]*") if path.is_dir()] == ["2"]


def test_a_version_that_is_still_being_uploaded_heals(
    bucket: Any, manage: Callable[..., ServableManager], iris_export: Path, tmp_path: Path
) -> None:
    """It is downloaded anew for the retry."""
    bucket.blob("prod/iris/1/assets/early.txt").upload_from_string(b"early")
    manager = manage(tmp_path, cache_dir=tmp_path / "cache", max_load_retries=1000)
    base_path = f"gs://{bucket.name}/prod/iris"
    manager.watcher.apply(ServingConfig(models=(ModelConfig(name="iris", base_path=base_path),)))
    eventually(manager.loading)
    upload(bucket, iris_export, "prod/iris/1")
    eventually(lambda: manager.available()["iris"] == [1])


def test_replicas_of_a_machine_download_once(
    bucket: Any, iris_export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others wait, and read the same folder."""
    upload(bucket, iris_export, "m/1")
    downloads: list[str] = []
    original = Bucket.download

    def counted(self: Bucket, stored: Any, target: Path) -> None:
        downloads.append(stored.name)
        original(self, stored, target)

    monkeypatch.setattr(Bucket, "download", counted)
    places = [BucketPlace(f"gs://{bucket.name}/m", tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        folders = list(pool.map(lambda place: place.versions()[1].fetch(), places))
    assert len(set(folders)) == 1
    assert sorted(downloads) == sorted(blob.name for blob in bucket.list_blobs(prefix="m/1/"))
    assert (folders[0] / "saved_model.pb").read_bytes() == (
        iris_export / "saved_model.pb"
    ).read_bytes()


def test_the_last_reader_deletes_what_is_not_wanted(
    bucket: Any, iris_export: Path, tmp_path: Path
) -> None:
    """Another replica may still be about to read it."""
    upload(bucket, iris_export, "m/1")
    first, second = (BucketPlace(f"gs://{bucket.name}/m", tmp_path).versions()[1] for _ in range(2))
    folder = first.fetch()
    assert second.fetch() == folder
    first.release(forget=True)
    assert folder.exists()
    second.release(forget=True)
    assert not folder.exists()


def test_only_numbers_are_versions(bucket: Any, tmp_path: Path) -> None:
    """Leading zeros do not count, a numeric object counts as in TensorFlow Serving."""
    for name in ("m/1/a", "m/007/a", "m/v2/a", "m/9", "m/labels.json"):
        bucket.blob(name).upload_from_string(b"{}")
    assert sorted(BucketPlace(f"gs://{bucket.name}/m", tmp_path).versions()) == [1, 7, 9]


def test_labels_lie_beside_the_versions(bucket: Any, tmp_path: Path) -> None:
    """As on a local disk."""
    bucket.blob("m/1/a").upload_from_string(b"")
    bucket.blob("m/labels.json").upload_from_string(b'{"stable": 1}')
    place = BucketPlace(f"gs://{bucket.name}/m", tmp_path)
    place.versions()
    assert place.labels() == {"stable": 1}


@pytest.mark.parametrize("base_path", ["gs://{bucket}/absent", "gs://no-such-bucket-here/m"])
def test_what_is_not_there_is_not_found(bucket: Any, tmp_path: Path, base_path: str) -> None:
    """It changes nothing for a model that is served already."""
    with pytest.raises(NotFoundError, match="gs://"):
        BucketPlace(base_path.format(bucket=bucket.name), tmp_path).versions()


def test_a_server_that_is_away_is_unavailable(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a bounded time, in which all other models wait."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(bucket_module, "_RETRY_S", 0.5)
    bucket_module._client().close()
    bucket_module._client.cache_clear()
    with pytest.raises(UnavailableError, match=f"gs://{bucket.name}"):
        BucketPlace(f"gs://{bucket.name}/m", tmp_path).versions()


def test_a_uri_names_a_bucket() -> None:
    """The folder may be empty, with or without slashes."""
    assert BucketUri.parse("gs://b//x/y//") == BucketUri("b", "x/y/")
    assert BucketUri.parse("gs://b") == BucketUri("b", "")
    with pytest.raises(InvalidArgumentError, match="expected gs://bucket/folder"):
        BucketUri.parse("gs:///x")


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    """The package is optional; the module that needs it says how to get it."""
    code = (
        "import sys; sys.modules['google.cloud.storage'] = None\n"
        "from pathlib import Path\n"
        "from serve_app.repository.place import open_place\n"
        "from serve_app.errors import InvalidArgumentError\n"
        "try: open_place('gs://b/m', Path('.')).versions()\n"
        "except InvalidArgumentError as error: print(error)\n"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    ).stdout
    assert "needs the package google-cloud-storage: pip install 'bqml-ray-serve[gcp]'" in output
