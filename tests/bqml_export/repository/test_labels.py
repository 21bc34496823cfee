"""The labels file, as servers read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bqml_export.errors import UsageError
from bqml_export.repository.labels import LabelChange, change_label, read_labels, require_label
from foundation.repository.layout import LABELS_NAME
from serve_app.repository._labels_file import LabelsFile

if TYPE_CHECKING:
    from pathlib import Path


def change(label: str, version: int | None) -> LabelChange:
    """Returns a change by nobody."""
    return LabelChange(at="", who="", label=label, version=version, previous=None)


def test_the_server_reads_what_is_written(tmp_path: Path) -> None:
    """The name of the file and its form are those of serve_app."""
    change_label(tmp_path, change("stable", 1))
    change_label(tmp_path, change("canary", 2))
    content = (tmp_path / LABELS_NAME).read_bytes()
    assert LabelsFile("labels").read(content) == {"stable": 1, "canary": 2}
    change_label(tmp_path, change("stable", None))
    assert read_labels(tmp_path) == {"canary": 2}
    assert len((tmp_path / "labels.journal.jsonl").read_text().splitlines()) == 3


def test_nothing_else_is_left_behind(tmp_path: Path) -> None:
    """The file was replaced by a rename."""
    change_label(tmp_path, change("stable", 1))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "labels.journal.jsonl",
        "labels.json",
    ]
    assert json.loads((tmp_path / "labels.json").read_text()) == {"stable": 1}


@pytest.mark.parametrize("label", ["", "a/b", ".x", "-x", "ä", "a" * 64])
def test_a_label_must_fit_into_a_url(label: str) -> None:
    """`/v1/models/m/labels/LABEL`."""
    with pytest.raises(UsageError, match="cannot be part of a URL"):
        require_label(label)
