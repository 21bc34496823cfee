"""A service without Ray that answers as ours does, and Ray's dashboard beside it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COLUMNS = ("petal_length", "petal_width", "sepal_length", "sepal_width")
SPECIES = ["setosa", "versicolor", "virginica"]


def tensor(dtype: str, *sizes: int) -> dict[str, Any]:
    """Returns a tensor as metadata describes it."""
    dims = [{"size": str(size), "name": ""} for size in (-1, *sizes)]
    return {"dtype": dtype, "tensor_shape": {"dim": dims, "unknown_rank": False}, "name": "x"}


SIGNATURE = {
    "inputs": {name: tensor("DT_DOUBLE") for name in COLUMNS},
    "outputs": {
        "predicted_species": tensor("DT_STRING", 1),
        "species_probs": tensor("DT_DOUBLE", 3),
        "species_values": tensor("DT_STRING", 3),
    },
    "method_name": "tensorflow/serving/predict",
    "defaults": {},
}
ANSWER = {
    "predicted_species": ["setosa"],
    "species_probs": [0.9, 0.05, 0.05],
    "species_values": SPECIES,
}


@pytest.fixture
def model_site(site: Any) -> Any:
    """The pages and the answers of a model."""
    metadata = {"signature_def": {"signature_def": {"serving_default": SIGNATURE}}}
    row = dict.fromkeys(COLUMNS, 1.0)
    version = {"version": 1, "state": "AVAILABLE", "bqml": {"example_instance": row}}
    site.pages |= {
        "/models": (200, {"models": [{"name": "iris", "versions": [version]}]}),
        "/v1/models/iris/metadata": (200, {"model_spec": {"name": "iris"}, "metadata": metadata}),
    }
    site.headers["X-Replica"] = "aaa"
    site.posted = answering()
    return site


def answering(fail_every: int = 0) -> Callable[[bytes], tuple[int, Any]]:
    """Returns what answers predict requests, every so many of them with a 500."""
    numbers = itertools.count(1)

    def answer(body: bytes) -> tuple[int, Any]:
        if fail_every and next(numbers) % fail_every == 0:
            return 500, {"error": "broken on purpose"}
        return 200, {"predictions": [ANSWER for _ in json.loads(body)["instances"]]}

    return answer


@pytest.fixture
def failing() -> Callable[[int], Callable[[bytes], tuple[int, Any]]]:
    """`answering`, for tests."""
    return answering


@pytest.fixture
def arguments(model_site: Any, fake_ray: Any, tmp_path: Path) -> list[str]:
    """Options for a run of ten seconds with few requests, all rules but the 1,000."""
    pairs = {
        "target.url": model_site.url,
        "replicas.dashboard_url": fake_ray.site.url,
        "replicas.token_env": "DASHBOARD_TOKEN",
        "replicas.poll_s": 0.1,
        "phases.idle_s": 1,
        "phases.ramp_s": 2,
        "phases.plateau_s": 4,
        "phases.cooldown_s": 3,
        "phases.users": 2,
        "traffic.think_s": 0.05,
        "generator.preflight_factor": 0,
        "generator.max_gap_s": 30,
        "replicas.max_gap_s": 30,
        "generator.max_cpu_percent": 100,
        "generator.max_lag_ms": 30_000,
        "rules.min_rps": 1,
        "rules.sustained_s": 1,
        "rules.rps_window_s": 1,
        "rules.p99_ms": 10_000,
        "rules.first_answer_s": 0.1,
        "report.folder": tmp_path,
    }
    return [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")]
