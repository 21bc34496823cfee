from __future__ import annotations

import csv
import json
from pathlib import Path

from loadtest.record.observations import RunRecord
from loadtest.report.write import write_report
from loadtest.verdict.result import Verdict


def test_all_files_are_written_the_page_first(
    run: RunRecord, passed: Verdict, tmp_path: Path
) -> None:
    """One folder holds what people and machines need."""
    files = write_report(run, passed, tmp_path / "new" / "folder")
    assert [file.name for file in files] == [
        "report.html", "report.png", "summary.json", "seconds.csv",
    ]  # fmt: skip
    assert files[1].read_bytes()[:4] == b"\x89PNG"


def test_machines_read_verdict_and_figures(run: RunRecord, passed: Verdict, tmp_path: Path) -> None:
    """What the page says is in summary.json too."""
    write_report(run, passed, tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (summary["status"], summary["exit_code"]) == ("passed", 0)
    assert summary["figures"]["plateau_rps"] == 1200
    assert summary["rules"][0]["name"] == "min-rps"


def test_the_csv_has_a_line_per_second(run: RunRecord, passed: Verdict, tmp_path: Path) -> None:
    """Spreadsheets get the same seconds as the picture."""
    write_report(run, passed, tmp_path)
    with (tmp_path / "seconds.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(run.load)
    assert rows[59] | {"running_replicas": "3", "requests": "1200", "p99_ms": "9.0"} == rows[59]
