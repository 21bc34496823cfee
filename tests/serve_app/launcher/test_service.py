"""The running service of `make serve`, as a user and a client meet it (HAProxy mode)."""

from __future__ import annotations

import http.client
import json
import subprocess
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest

from tests.conftest import SharedService

ROW = {"sepal_length": 5.0, "sepal_width": 2.0, "petal_length": 3.5, "petal_width": 1.0}


def call(port: int, method: str, target: str, body: bytes | None = None) -> tuple[int, Any, Any]:
    """Returns status, headers and body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, target, body)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def predict(port: int) -> tuple[int, Any, Any]:
    """Returns the answer to a predict request."""
    body = json.dumps({"instances": [ROW]}).encode()
    return call(port, "POST", "/v1/models/iris_model:predict", body)


def test_the_announced_curl_line_works(iris_service: SharedService) -> None:
    """It is printed after a prediction was answered, and repeats it."""
    (model,) = iris_service.announced["models"]
    output = subprocess.run(
        model["curl"].replace("curl", "curl --silent --fail"),
        shell=True, capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert json.loads(output) == model["answer"]


@pytest.mark.parametrize(
    ("method", "target", "status", "text"),
    [
        (
            "PUT",
            "/v1/models/iris_model:predict",
            400,
            b"Malformed request: PUT /v1/models/iris_model:predict",
        ),
        ("GET", "/V1/MODELS/a%2Fb", 404, b"Could not find any versions of model a/b"),
        ("POST", "/v1/models/nope:predict", 400, b"JSON Parse error: The document is empty"),
        ("GET", "/readyz", 200, b"ready"),
        ("GET", "/nothing", 404, b"<H1>Not Found</H1>"),
    ],
)
def test_requests_reach_us_unchanged(
    iris_service: SharedService, method: str, target: str, status: int, text: bytes
) -> None:
    """The balancer neither decodes paths nor answers for us."""
    found, _, body = call(iris_service.port, method, target)
    assert (found, text in body) == (status, True)


def test_only_replicas_load_tensorflow(iris_service: SharedService) -> None:
    """Neither the process in front nor the one that builds the application has it in memory."""
    family = psutil.Process(iris_service.pid).children(recursive=True)
    loaded = [
        process.cmdline()[0]
        for process in family
        if "libtensorflow" in Path(f"/proc/{process.pid}/maps").read_text()
    ]
    assert loaded
    assert all(command.startswith("ray::ServeReplica") for command in loaded)


def test_rest_and_grpc_name_the_replica(iris_service: SharedService) -> None:
    """By one name, errors too, where the header is switched on."""
    with grpc.insecure_channel(f"127.0.0.1:{iris_service.grpc_port}") as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        trailing = dict(check.with_call(b"", timeout=60)[1].trailing_metadata())
    headers = [predict(iris_service.port)[1], call(iris_service.port, "GET", "/nowhere")[1]]
    assert trailing["x-replica"]
    assert [each["x-replica"] for each in headers] == [trailing["x-replica"]] * 2


def test_the_dashboard_is_off_unless_asked_for(iris_service: SharedService) -> None:
    """Not one of its processes runs."""
    family = psutil.Process(iris_service.pid).children(recursive=True)
    assert any("ray::ServeReplica" in process.cmdline()[0] for process in family)
    assert not [process for process in family if "ray-dashboard" in " ".join(process.cmdline())]
