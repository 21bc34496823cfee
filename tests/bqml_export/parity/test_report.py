"""The report beside the versions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bqml_export.errors import PublishError
from bqml_export.parity.report import (
    KindCount,
    ParityReport,
    files_digest,
    read_report,
    report_path,
    write_report,
)
from bqml_export.repository.record import FileDigest
from bqml_export.repository.versions import Version, versions_of

if TYPE_CHECKING:
    from pathlib import Path

REPORT = ParityReport(
    model="m",
    version=2,
    verdict="passed",
    files_sha256="f",
    created="2026-01-01T00:00:00Z",
    tool_version="1",
    url="http://127.0.0.1:8501",
    warehouse_model="p.d.m",
    engine="embedded",
    absolute_tolerance=1e-6,
    relative_tolerance=1e-5,
    training_rows=3,
    kinds=(KindCount(kind="training rows", agrees=3, tolerance_used=0.5),),
)


@pytest.fixture
def version(tmp_path: Path) -> Version:
    """A version folder."""
    folder = tmp_path / "m" / "2"
    folder.mkdir(parents=True)
    return Version("m", 2, folder)


def test_a_report_is_read_as_it_was_written(version: Version, tmp_path: Path) -> None:
    """It lies where no server takes it for a version."""
    assert read_report(version) is None
    assert write_report(version, REPORT) == tmp_path / "m" / "parity" / "2.json"
    assert read_report(version) == REPORT
    assert [found.number for found in versions_of(tmp_path, "m")] == [2]


def test_a_report_is_json_that_every_parser_reads(version: Version) -> None:
    """NaN and infinity, which predictions may be, are texts."""
    odd = {"endpoint": {"number": float("nan")}, "row": {"x": float("-inf")}}
    write_report(version, replace(REPORT, exceptions=(odd,)))
    text = report_path(version).read_text()
    content = json.loads(text, parse_constant=pytest.fail)
    assert content["exceptions"] == [{"endpoint": {"number": "nan"}, "row": {"x": "-inf"}}]


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 9}', '{"format": 1}'])
def test_a_file_that_is_no_report_is_said(version: Version, text: str) -> None:
    """It never counts as one that passed."""
    report_path(version).parent.mkdir()
    report_path(version).write_text(text)
    with pytest.raises(PublishError, match="is no parity report"):
        read_report(version)


def test_any_change_of_a_file_changes_the_digest() -> None:
    """Bytes, names and sizes count, their order does not."""
    one, two = FileDigest("a", 1), FileDigest("b", 2)
    digest = files_digest({"x": one, "y": two})
    assert files_digest({"y": two, "x": one}) == digest
    assert len({digest, files_digest({"x": two, "y": one}), files_digest({"x": one})}) == 3
