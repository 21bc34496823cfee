from __future__ import annotations

from collections.abc import Mapping

from foundation.json_types import JsonObject
from loadtest.record.observations import ReplicaSample, RunRecord
from loadtest.report._series import latency_curve, ongoing


def frames(record: RunRecord) -> list[JsonObject]:
    """One frame per second of load, as plain JSON.

    Keys: `t` (s), `rps`, `p50` and `p99` (ms or null), `failures`, `ongoing` (or null), `target`,
    and `replicas`: each with `id`, `state` and `rps`, the answers that named it in that second.
    """
    p50_ms, p99_ms = latency_curve(record.load, 0.50), latency_curve(record.load, 0.99)
    return [
        {
            "t": round(sample.t_s, 1),
            "rps": sample.requests,
            "p50": p50_ms[index],
            "p99": p99_ms[index],
            "failures": sample.failures,
            **_replicas(_latest(record, sample.t_s), sample.by_replica),
        }
        for index, sample in enumerate(record.load)
    ]


def _latest(record: RunRecord, t_s: float) -> ReplicaSample | None:
    earlier = [sample for sample in record.replicas if sample.t_s <= t_s]
    return earlier[-1] if earlier else None


def _replicas(sample: ReplicaSample | None, answers: Mapping[str, int]) -> JsonObject:
    if sample is None:
        return {"ongoing": None, "target": None, "replicas": []}
    return {
        "ongoing": ongoing(sample),
        "target": sample.target,
        "replicas": [
            {"id": replica.replica_id, "state": replica.state,
             "rps": answers.get(replica.replica_id, 0)}
            for replica in sample.replicas
        ],
    }  # fmt: skip
