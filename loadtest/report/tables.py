"""The numbers of a run for machines: CSV by the second, and one JSON document."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict

from foundation.json_types import JsonObject
from loadtest.record.observations import RunRecord
from loadtest.report._frames import frames
from loadtest.report._key_numbers import key_numbers
from loadtest.report._moments import moments
from loadtest.report._series import latency_curve
from loadtest.verdict.result import Verdict

_COLUMNS = ("t_s", "users", "asked_rps", "requests", "failures", "retried", "p50_ms", "p95_ms",
            "p99_ms", "ongoing", "target_replicas", "running_replicas")  # fmt: skip


def by_second(record: RunRecord) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    p95_ms = latency_curve(record.load, 0.95)
    for sample, frame, p95 in zip(record.load, frames(record), p95_ms, strict=True):
        running = sum(replica["state"] == "running" for replica in frame["replicas"])
        writer.writerow([
            sample.t_s, sample.users, sample.asked_rps, sample.requests, sample.failures,
            sample.retried, frame["p50"], p95, frame["p99"],
            frame["ongoing"], frame["target"], None if frame["target"] is None else running,
        ])  # fmt: skip
    return text.getvalue()


def summary(record: RunRecord, verdict: Verdict) -> JsonObject:
    """What `--json` prints and `summary.json` holds."""
    return {
        "status": verdict.status,
        "exit_code": verdict.exit_code,
        "rules": [asdict(rule) for rule in verdict.rules],
        "validity": [asdict(check) for check in verdict.validity],
        "figures": asdict(key_numbers(record)),
        "moments": [asdict(moment) for moment in moments(record)],
        "faults": [asdict(fault) for fault in record.faults],
        "started_at": record.started_at,
        "environment": record.environment,
        "settings": record.settings,
    }
