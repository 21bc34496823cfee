"""Writes the plan: for the service, for a cluster, and whole."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path

import yaml

from foundation.json_types import JsonObject
from loadtest.plan.capacity import CapacityPlan
from loadtest.plan.measurement import Measurement
from loadtest.settings.plan import PlanSettings

_MIB = 2**20
_MEMORY_SLACK = 1.2
SERVE, DEPLOY, WHOLE = "serve.yaml", "workers.yaml", "plan.json"


def write_plan(
    folder: Path, settings: PlanSettings, measurement: Measurement, plan: CapacityPlan
) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    head = (
        f"# One replica: {plan.best.rps:.0f} requests/s at p99 {plan.best.p99_ms:g} ms with "
        f"{plan.best.users} at a time;\n# planned for {settings.wanted_rps:g} requests/s at p99 "
        f"{settings.p99_ms:g} ms.\n"
    )
    whole = {
        "wanted": settings.model_dump(mode="json"),
        "measured": asdict(measurement),
        "plan": asdict(plan),
    }
    texts = {
        SERVE: head + yaml.safe_dump(serve_settings(measurement, plan), sort_keys=False),
        DEPLOY: head + yaml.safe_dump(deploy_overlay(settings, measurement, plan), sort_keys=False),
        WHOLE: json.dumps(whole, indent=1) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [folder / name for name in texts]


def serve_settings(measurement: Measurement, plan: CapacityPlan) -> JsonObject:
    return {
        "replica": _replica(measurement, plan),
        "autoscaling": {
            "min_replicas": plan.min_replicas,
            "max_replicas": plan.max_replicas,
            "target_ongoing_requests": plan.target_ongoing_requests,
        },
    }


def deploy_overlay(
    settings: PlanSettings, measurement: Measurement, plan: CapacityPlan
) -> JsonObject:
    """An overlay of a cluster's deploy file: replicas there follow from the rates."""
    count = settings.replicas_per_worker
    workers: JsonObject = {"replicas_per_worker": count}
    if measurement.rss_bytes is not None:
        each = math.ceil(measurement.rss_bytes * _MEMORY_SLACK / _MIB)
        workers["memory_per_replica"] = f"{each}Mi"
    return {
        "serve": {
            "replica": _replica(measurement, plan),
            "autoscaling": {"target_ongoing_requests": plan.target_ongoing_requests},
        },
        "scale": {
            "min_replicas": plan.min_replicas,
            "max_replicas": None,  # takes that of the base away: it follows from the rates
            "requests_per_s": settings.wanted_rps,
            "requests_per_s_per_replica": round(plan.best.rps, 1),
            "headroom": settings.headroom,
        },
        "workers": workers,
    }


def _replica(measurement: Measurement, plan: CapacityPlan) -> JsonObject:
    cpus = {} if measurement.cpus is None else {"num_cpus": measurement.cpus}
    return {**cpus, "max_ongoing_requests": plan.max_ongoing_requests}
