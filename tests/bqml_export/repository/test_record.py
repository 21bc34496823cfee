"""bqml.json: what is written is read back, and what cannot be read says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bqml_export.errors import PublishError
from bqml_export.model_reference import ModelReference
from bqml_export.repository.record import Column, FileDigest, Record, read_record, write_record

if TYPE_CHECKING:
    from pathlib import Path

FULL = Record(
    model_reference=ModelReference("p", "d", "m"),
    model_type="LINEAR_REGRESSION",
    created="2026-01-02T03:04:05.006Z",
    sql="SELECT 'ü'",
    feature_columns=(Column("f", "INT64"),),
    label_columns=(Column("l", "FLOAT64"),),
    training_options={"maxIterations": "10"},
    metrics={"r2Score": 0.5},
    files={"saved_model.pb": FileDigest("00", 1)},
)


@pytest.mark.parametrize("record", [FULL, Record()])
def test_a_record_is_read_as_it_was_written(tmp_path: Path, record: Record) -> None:
    """Nothing is lost and nothing is invented."""
    write_record(tmp_path, record)
    assert read_record(tmp_path) == record


def test_the_format_comes_first(tmp_path: Path) -> None:
    """A reader can tell the format before it understands anything else."""
    write_record(tmp_path, FULL)
    assert next(iter(json.loads((tmp_path / "bqml.json").read_text()).items())) == ("format", 1)


def test_a_model_without_a_record_has_none(tmp_path: Path) -> None:
    """Models that were put there by hand are served without one."""
    assert read_record(tmp_path) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": 2}',
        '{"format": 1, "files": 3}',
        '{"format": 1, "files": {"a": {}}}',
    ],
)
def test_a_damaged_record_is_one_error(tmp_path: Path, text: str) -> None:
    """Whatever is wrong with the file, the error names it."""
    (tmp_path / "bqml.json").write_text(text)
    with pytest.raises(PublishError, match=r"bqml\.json"):
        read_record(tmp_path)
