"""The real `gcloud storage` and `gsutil`, without a flag that names the embedded services."""

from __future__ import annotations

import filecmp
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

CommandLine: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """A folder in the form of an export, with an empty file and one of a megabyte."""
    folder = tmp_path / "model"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_text("graph", encoding="utf-8")
    (folder / "variables/data").write_bytes(bytes(range(256)) * 4096)
    (folder / "empty").touch()
    return folder


def _same(first: Path, second: Path) -> bool:
    names = [path.relative_to(first) for path in first.rglob("*") if path.is_file()]
    _, different, wrong = filecmp.cmpfiles(first, second, names, shallow=False)
    return not different and not wrong and len(names) == 3


def test_gcloud_storage(run: CommandLine, bucket: str, model_folder: Path, tmp_path: Path) -> None:
    """Copies both ways, ls, cat, hash, rsync and rm -r."""
    uri = f"gs://{bucket}/exports"
    run("gcloud", "storage", "cp", "-r", "model", f"{uri}/")
    listed = run("gcloud", "storage", "ls", f"{uri}/**").stdout.split()
    assert f"{uri}/model/variables/data" in listed
    assert run("gcloud", "storage", "cat", f"{uri}/model/saved_model.pb").stdout == "graph"
    assert "crc32c_hash" in run("gcloud", "storage", "hash", f"{uri}/model/saved_model.pb").stdout
    (tmp_path / "down").mkdir()
    run("gcloud", "storage", "cp", "-r", f"{uri}/model", "down")
    assert _same(model_folder, tmp_path / "down/model")
    run("gcloud", "storage", "rsync", "-r", f"{uri}/model", "mirror")
    assert _same(model_folder, tmp_path / "mirror")
    run("gcloud", "storage", "rm", "-r", f"{uri}/model")
    assert "matched no objects" in run("gcloud", "storage", "ls", uri, exit_code=1).stderr


def test_gsutil(run: CommandLine, bucket: str, model_folder: Path, tmp_path: Path) -> None:
    """Buckets, copies both ways, ls, cat and rm -r."""
    uri = f"gs://{bucket}-two"
    run("gsutil", "mb", uri)
    run("gsutil", "-m", "cp", "-r", "model", uri)
    assert f"{uri}/model/empty" in run("gsutil", "ls", "-r", uri).stdout.split()
    assert run("gsutil", "cat", f"{uri}/model/saved_model.pb").stdout == "graph"
    (tmp_path / "down").mkdir()
    run("gsutil", "cp", "-r", f"{uri}/model", "down")
    assert _same(model_folder, tmp_path / "down/model")
    run("gsutil", "rm", "-r", uri)
    assert "404" in run("gsutil", "ls", uri, exit_code=1).stderr
