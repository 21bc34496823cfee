"""Writes the report's files."""

from __future__ import annotations

import json
from pathlib import Path

from loadtest.record.observations import RunRecord
from loadtest.report import _chart, tables
from loadtest.report._page import page
from loadtest.verdict.result import Verdict


def write_report(record: RunRecord, verdict: Verdict, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    summary = json.dumps(tables.summary(record, verdict), indent=2, ensure_ascii=False)
    contents = {
        "report.html": page(record, verdict).encode(),
        "report.png": _chart.png(record),
        "summary.json": f"{summary}\n".encode(),
        "seconds.csv": tables.by_second(record).encode(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]
