"""Moving labels."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bqml_export.errors import DamageError, GateError, ParityError, PublishError
from bqml_export.parity.promotion import Promotion, promote, remove
from bqml_export.parity.report import files_digest, write_report
from bqml_export.repository.labels import read_labels
from bqml_export.repository.local_copy import copy_export
from bqml_export.repository.publish import publish
from bqml_export.repository.record import read_record
from tests.bqml_export.parity.test_report import REPORT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bqml_export.repository.labels import LabelChange
    from bqml_export.repository.versions import Version


def _quiet(_line: str) -> None:
    pass


@pytest.fixture
def put(tmp_path: Path, make_export: Callable[..., Path]) -> Callable[[], Version]:
    """Publishes the next version of the model `m` in the root `tmp_path / "r"`."""
    export = make_export()

    def run() -> Version:
        return publish(
            tmp_path / "r",
            "m",
            None,
            source="export",
            fill=lambda incoming: copy_export(export, incoming),
        )

    return run


def compared(version: Version, **changes: Any) -> None:
    """Leaves a report about the version's files."""
    record = read_record(version.folder)
    assert record is not None
    digest = files_digest(record.files or {})
    report = replace(REPORT, version=version.number, files_sha256=digest, **changes)
    write_report(version, report)


def move(root: Path, number: int | None, *, dry_run: bool = False, **changes: Any) -> LabelChange:
    """Promotes a version of `m`."""
    wanted = Promotion(root=root / "r", model="m", version=number, **changes)
    return promote(wanted, _quiet, dry_run=dry_run)


def journal(root: Path) -> list[dict[str, Any]]:
    """Returns the lines of the journal."""
    lines = (root / "r" / "m" / "labels.journal.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_version_that_passed_becomes_stable(put: Callable[[], Version], tmp_path: Path) -> None:
    """The file is what servers read, the journal says who did it and by which report."""
    compared(put())
    change = move(tmp_path, None)
    assert json.loads((tmp_path / "r" / "m" / "labels.json").read_text()) == {"stable": 1}
    assert (change.previous, change.version, change.forced) == (None, 1, False)
    assert [line["parity"] for line in journal(tmp_path)] == [REPORT.created]
    assert journal(tmp_path)[0]["who"]


def test_the_same_change_twice_is_one_change(put: Callable[[], Version], tmp_path: Path) -> None:
    """The second run writes nothing; neither does a dry run."""
    compared(put())
    move(tmp_path, 1, dry_run=True)
    assert read_labels(tmp_path / "r" / "m") == {}
    move(tmp_path, 1)
    move(tmp_path, 1)
    assert len(journal(tmp_path)) == 1


def test_without_a_passing_report_stable_stays(put: Callable[[], Version], tmp_path: Path) -> None:
    """No report, one that failed, and one about other files: each is named."""
    version = put()
    with pytest.raises(ParityError, match="nobody has compared m version 1"):
        move(tmp_path, 1)
    exceptions = ({"case": "x = 3", "status": "differs", "detail": "2.0 in place of 1.0"},)
    compared(version, verdict="failed", exceptions=exceptions)
    with pytest.raises(ParityError, match=r"failed the parity gate: x = 3: 2\.0 in place of 1\.0"):
        move(tmp_path, 1)
    write_report(version, replace(REPORT, version=1, files_sha256="of another export"))
    with pytest.raises(ParityError, match="is about other files"):
        move(tmp_path, 1)
    assert read_labels(tmp_path / "r" / "m") == {}


def test_force_is_recorded_with_its_reason(put: Callable[[], Version], tmp_path: Path) -> None:
    """The journal keeps that nobody had compared the version."""
    put()
    assert move(tmp_path, 1, force=True, reason="the warehouse is down").forced
    line = journal(tmp_path)[0]
    assert (line["forced"], line["reason"], line["parity"]) == (
        True,
        "the warehouse is down",
        None,
    )


def test_other_labels_are_free_and_keep_each_other(
    put: Callable[[], Version], tmp_path: Path
) -> None:
    """A canary is there to be tried before anybody has verified it."""
    compared(put())
    put()
    move(tmp_path, 1)
    move(tmp_path, 2, label="canary")
    assert read_labels(tmp_path / "r" / "m") == {"stable": 1, "canary": 2}
    wanted = Promotion(root=tmp_path / "r", model="m", version=None, label="canary")
    assert remove(wanted, _quiet, dry_run=False).previous == 2
    assert read_labels(tmp_path / "r" / "m") == {"stable": 1}
    with pytest.raises(PublishError, match="m has no label canary"):
        remove(wanted, _quiet, dry_run=False)


@pytest.mark.parametrize("label", ["stable", "canary"])
def test_no_force_makes_a_damaged_version_answer(
    put: Callable[[], Version], tmp_path: Path, label: str
) -> None:
    """The files are hashed again, whatever a report says."""
    version = put()
    compared(version)
    (version.folder / "saved_model.pb").write_bytes(b"rotten")
    with pytest.raises(DamageError, match=r"m version 1 is damaged: saved_model\.pb"):
        move(tmp_path, 1, label=label, force=True, reason="r")


def test_what_is_not_there_is_named(put: Callable[[], Version], tmp_path: Path) -> None:
    """With what there is."""
    with pytest.raises(PublishError, match="no m is published"):
        move(tmp_path, 1)
    put()
    with pytest.raises(PublishError, match="m has no version 7") as caught:
        move(tmp_path, 7)
    assert caught.value.hint == "its versions: 1"


def test_a_version_without_a_record_needs_force(tmp_path: Path) -> None:
    """Nobody can say which files were compared."""
    (tmp_path / "r" / "m" / "1").mkdir(parents=True)
    with pytest.raises(GateError, match="no record"):
        move(tmp_path, 1)
    assert move(tmp_path, 1, force=True, reason="made by hand").forced


def test_labels_that_cannot_be_read_are_not_overwritten(
    put: Callable[[], Version], tmp_path: Path
) -> None:
    """They are somebody's."""
    compared(put())
    (tmp_path / "r" / "m" / "labels.json").write_text('{"stable": "1"}')
    with pytest.raises(PublishError, match=r"labels\.json: expected"):
        move(tmp_path, 1)
