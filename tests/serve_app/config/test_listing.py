"""Which models the settings name, and where those lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from serve_app.config.listing import configured, nothing_found, with_absolute_paths
from serve_app.settings import RepositorySettings

LISTED = RepositorySettings.model_validate(
    {
        "model_config_list": [
            {"name": "a", "base_path": "gs://bucket/a",
             "version_policy": {"kind": "specific", "specific": [3]}},
            {"name": "b", "base_path": "models/b"},
        ]
    }
)  # fmt: skip


def test_listed_models_keep_their_own_folders_and_policies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A local folder becomes absolute: the replica may run elsewhere."""
    monkeypatch.chdir(tmp_path)
    first, second = configured(LISTED).models
    assert (first.base_path, first.version_policy.specific) == ("gs://bucket/a", (3,))
    assert second.base_path == str(tmp_path / "models" / "b")


def test_listed_models_travel_with_absolute_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that reads the settings and the replica may run in different folders."""
    monkeypatch.chdir(tmp_path)
    entries = with_absolute_paths(LISTED).model_config_list
    assert [entry.base_path for entry in entries] == ["gs://bucket/a", f"{tmp_path}/models/b"]


def test_what_is_missing_is_named_by_its_folder() -> None:
    """Not by the root, which counts for nothing here."""
    words = nothing_found(LISTED, configured(LISTED))
    assert "no model version found in gs://bucket/a" in words
