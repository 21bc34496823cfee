"""The running service's gRPC port, as a stock client meets it, behind HAProxy and Ray's proxy."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SharedService

pytestmark = pytest.mark.ray

CLIENT = Path(__file__).with_name("grpc_client.py")
AVAILABLE, SERVING = 30, 1


@pytest.fixture(scope="module")
def endless_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that computes until it is stopped."""
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("exports") / "endless"
    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph, v1.Session(graph=graph) as session:
        x = v1.placeholder(tf.float32, [None], "x")
        y = tf.while_loop(lambda i, _: i >= 0, lambda i, v: (i, v * 1.0), [0, x])[1]
        v1.saved_model.simple_save(session, str(folder), {"x": x}, {"y": y})
    return folder


@pytest.fixture(scope="module", params=["true", "false"], ids=["haproxy", "ray-proxy"])
def running(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    iris_export: Path,
    endless_export: Path,
    start_service: Callable[..., Any],
) -> Iterator[tuple[Any, bool]]:
    """A service in each of the two modes."""
    root = tmp_path_factory.mktemp("serving_dir")
    shutil.copytree(iris_export, root / "iris" / "1")
    shutil.copytree(endless_export, root / "endless" / "1")
    # Warming the endless model up would take as long as a model call may.
    settings = {"http.haproxy": request.param, "tensorflow.warmup": "false"}
    with start_service(root, settings) as service:
        yield service, request.param == "true"


@pytest.fixture(scope="module")
def answers(running: tuple[Any, bool]) -> dict[str, Any]:
    """What a client in another process was answered."""
    service, haproxy = running
    assert service.announced["grpc_target"] == f"127.0.0.1:{service.grpc_port}"
    output = subprocess.run(
        [sys.executable, str(CLIENT), service.announced["grpc_target"]],
        capture_output=True, check=True, text=True, timeout=240,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ).stdout  # fmt: skip
    return {**json.loads(output), "haproxy": haproxy}


def test_a_client_without_extra_metadata_is_answered(answers: dict[str, Any]) -> None:
    """The one application is found by itself; stock stubs are used where there are some."""
    stock = "TF_SERVING_API_DIR" in os.environ
    assert answers["stubs"] == ("PredictionServiceStub" if stock else "OwnStub")
    assert answers["label"] in ("setosa", "versicolor", "virginica")
    assert answers["probabilities"] == 3
    assert (answers["version"], answers["signature"]) == (1, "serving_default")


def test_messages_beyond_four_megabytes_pass(answers: dict[str, Any]) -> None:
    """In and out: a limit of 4 MB lies on none of the ways."""
    assert answers["big_rows"] == 300_000
    assert answers["big_bytes"] > 4 * 1024 * 1024


def test_parallel_calls_on_one_channel_are_answered(answers: dict[str, Any]) -> None:
    """Each with the rows that it asked for."""
    assert answers["parallel"] == list(range(1, 31))


def test_errors_keep_their_codes_and_words(answers: dict[str, Any]) -> None:
    """Ray Serve adds nothing to them."""
    assert answers["unknown_model"] == "NOT_FOUND: Servable not found for request: Latest(nope)"
    assert answers["bad_filter"].startswith("INVALID_ARGUMENT: output tensor alias not found")


def test_metadata_status_and_health_are_answered(answers: dict[str, Any]) -> None:
    """The methods that call no model."""
    assert answers["metadata"] == ["signature_def"]
    assert answers["status"] == [[1, AVAILABLE]]
    assert answers["health"] == SERVING


def test_reflection_lists_the_services(answers: dict[str, Any]) -> None:
    """Messages are described where a replica answers: Ray's proxy does not load them."""
    assert {
        "grpc.health.v1.Health",
        "tensorflow.serving.ModelService",
        "tensorflow.serving.PredictionService",
    } <= set(answers["services"])
    assert (answers["described"] == "OK") == answers["haproxy"]


def test_a_deadline_frees_the_replica(answers: dict[str, Any]) -> None:
    """Calls without end stop with their clients' deadlines, and the next one is answered."""
    assert all(text.startswith("DEADLINE_EXCEEDED") for text in answers["deadlines"])
    assert answers["after"] == "OK"


def test_ctrl_c_ends_every_process(
    running: tuple[Any, bool],
    iris_service: SharedService,
    still_alive: Callable[..., list[int]],
) -> None:
    """The terminal sends SIGINT to the whole foreground group; two services do not meet."""
    service, _ = running
    family = service.family()
    assert len(family) > 3
    os.killpg(service.process.pid, signal.SIGINT)
    assert service.process.wait(180) == 0
    assert still_alive(family) == []
    with urllib.request.urlopen(f"{iris_service.url}/readyz", timeout=60) as answer:
        assert answer.status == 200
