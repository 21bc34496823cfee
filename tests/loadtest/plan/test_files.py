"""The files of a plan, in the hands of those who read them."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from loadtest.plan.capacity import capacity_plan
from loadtest.plan.files import write_plan
from loadtest.plan.measurement import Measurement
from loadtest.plan.step import Step
from loadtest.settings.plan import PlanSettings
from serve_app.settings.load import file_source, load

STEPS = (Step(8, 500.0, 9.0, 20.0, 0),)
WANTED = PlanSettings(wanted_rps=2000)


def written(folder: Path, measurement: Measurement) -> dict[str, Path]:
    """Returns the files of a plan by their names."""
    plan = capacity_plan(STEPS, WANTED)
    return {path.name: path for path in write_plan(folder / "plan", WANTED, measurement, plan)}


def test_the_service_accepts_its_settings(tmp_path: Path) -> None:
    """`bqml-serve serve --settings plan/serve.yaml`."""
    files = written(tmp_path, Measurement(STEPS, 0.5, None))
    settings = load(file_source(files["serve.yaml"])).settings
    assert (settings.replica.num_cpus, settings.replica.max_ongoing_requests) == (0.5, 25)
    assert settings.autoscaling.target_ongoing_requests == 6.2
    assert (settings.autoscaling.min_replicas, settings.autoscaling.max_replicas) == (2, 6)


def test_the_overlay_for_a_cluster_says_rates_and_sizes(tmp_path: Path) -> None:
    """Replicas are derived there; the number in the base is taken away."""
    files = written(tmp_path, Measurement(STEPS, 1.0, 500 * 2**20))
    overlay = yaml.safe_load(files["workers.yaml"].read_text())
    assert overlay["workers"] == {"replicas_per_worker": 3, "memory_per_replica": "600Mi"}
    assert overlay["scale"] == {
        "min_replicas": 2, "max_replicas": None, "requests_per_s": 2000.0,
        "requests_per_s_per_replica": 500.0, "headroom": 0.3,
    }  # fmt: skip
    assert "min_replicas" not in overlay["serve"]["autoscaling"]


def test_what_was_not_measured_is_left_to_defaults(tmp_path: Path) -> None:
    """CPUs and memory of a replica that runs elsewhere."""
    files = written(tmp_path, Measurement(STEPS, None, None))
    assert "memory_per_replica" not in yaml.safe_load(files["workers.yaml"].read_text())["workers"]
    assert "num_cpus" not in yaml.safe_load(files["serve.yaml"].read_text())["replica"]


def test_the_whole_plan_is_kept_with_its_measurements(tmp_path: Path) -> None:
    """For machines, and for whoever asks later."""
    whole = json.loads(written(tmp_path, Measurement(STEPS, 1.0, 7))["plan.json"].read_text())
    assert whole["measured"]["steps"][0]["rps"] == 500.0
    assert (whole["wanted"]["wanted_rps"], whole["plan"]["max_replicas"]) == (2000, 6)
