"""The functional run: 1 to 2 to 1 replicas on a real Ray Serve, all rules but the 1,000."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from loadtest.record.store import read_record

pytestmark = pytest.mark.ray
ROOT = Path(__file__).parents[2]
# Nothing here may depend on how busy the machine is. The load keeps a tenth of a request or more
# in the replicas on average, many times what the autoscaler aims at, the trickle a fortieth of it:
# chance brings neither across. The long plateau is for a replica that starts slowly.
SETTINGS = {
    "phases.idle_s": 3,
    "phases.idle_rps": 1,
    "phases.ramp_s": 3,
    "phases.ramp_steps": 1,
    "phases.plateau_s": 60,
    "phases.cooldown_s": 180,
    "phases.users": 30,
    "traffic.think_s": 0.05,
    "generator.preflight_factor": 0,
    "generator.max_gap_s": 30,
    "generator.max_cpu_percent": 100,
    "generator.max_lag_ms": 30_000,
    "replicas.max_gap_s": 30,
    "rules.min_rps": 10,
    "rules.sustained_s": 10,
    "rules.rps_window_s": 10,
    "rules.first_answer_s": 10,
    "rules.p99_ms": 10_000,
    "service.set": [
        "autoscaling.max_replicas=2",
        "autoscaling.target_ongoing_requests=0.02",
        "autoscaling.look_back_period_s=3",
        "autoscaling.metrics_interval_s=0.5",
        "autoscaling.upscale_delay_s=3",
        "autoscaling.downscale_delay_s=3",
        "replica.num_cpus=0.5",
    ],
}


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a run with a service of its own says at its end."""
    from bqml_export.embedded.ml.saved_model.writer import (
        Coefficients,
        NumericInput,
        write_logistic_reg,
    )

    folder = tmp_path_factory.mktemp("growth")
    coefficients = [Coefficients({"x": [weight]}, 0.0) for weight in (0.5, -0.5)]
    export = folder / "root" / "model" / "1"
    write_logistic_reg(export, [NumericInput("x")], ["no", "yes"], coefficients, "label")
    file = folder / "settings.yaml"
    file.write_text(yaml.safe_dump(SETTINGS))
    options = ["--settings", str(file), "--root", str(folder / "root")]
    finished = subprocess.run(
        [sys.executable, "-m", "loadtest", "run", "--local", "--json", *options,
         "--set", f"report.folder={folder}"],
        cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert finished.stdout, finished.stderr
    found: dict[str, Any] = json.loads(finished.stdout)
    found["code"] = finished.returncode
    return found


def test_replicas_grow_under_load_and_go_again(answer: dict[str, Any]) -> None:
    """Every rule and every check passes."""
    results = [*answer["rules"], *answer["validity"]]
    assert [result for result in results if not result["passed"]] == []
    assert (answer["code"], answer["status"]) == (0, "passed")
    assert answer["figures"]["most_replicas"] == 2
    assert len(answer["figures"]["shares"]) == 2


def test_the_moments_of_the_growth_are_known(answer: dict[str, Any]) -> None:
    """Each is where Ray's own account has it, on the clock of the load."""
    moments = {moment["name"]: moment["t_s"] for moment in answer["moments"]}
    record = read_record(Path(answer["report"]).parent)
    targets = [(look.t_s, look.target) for look in record.replicas]
    counts = [(look.t_s, len(look.replicas)) for look in record.replicas]
    assert moments["scale-decision"] == next(t_s for t_s, target in targets if target == 2)
    assert moments["scale-down"] == max(
        after for (_, more), (after, less) in pairwise(targets) if more > less
    )
    assert moments["back-to-start"] == max(
        after for (_, more), (after, less) in pairwise(counts) if more > less
    )
    assert moments["scale-decision"] <= moments["replica-ready"] < moments["scale-down"]
    assert moments["scale-down"] <= moments["back-to-start"]
    assert moments["plateau"] + 60 == pytest.approx(moments["load-ends"])
    assert "overload" in moments


def test_the_service_was_measured_and_nothing_of_it_is_left(answer: dict[str, Any]) -> None:
    """CPU and memory of all its processes; its port answers nobody."""
    assert answer["figures"]["server_peak_rss_bytes"] > 2**28
    assert answer["figures"]["server_cpu_ms_per_request"] > 0
    root = answer["settings"]["service"]["root"]
    commands = [
        " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])
    ]
    assert not [command for command in commands if root in command and "serve_app" in command]
