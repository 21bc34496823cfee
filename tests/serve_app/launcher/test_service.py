"""The running service, as a user and a client meet it (HAProxy mode)."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest

pytestmark = pytest.mark.ray

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


def predict(port: int, rows: int = 1) -> tuple[int, Any, Any]:
    """Returns the answer to a predict request of `rows` rows."""
    body = json.dumps({"instances": [ROW] * rows}).encode()
    return call(port, "POST", "/v1/models/iris:predict", body)


def test_the_announced_curl_line_works(service: Any) -> None:
    """It is printed after a prediction was answered, and repeats it."""
    models = {model["model"]: model for model in service.announced["models"]}
    assert sorted(models) == ["iris", "mixed"]
    output = subprocess.run(
        models["iris"]["curl"].replace("curl", "curl --silent --fail"),
        shell=True, capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert json.loads(output) == models["iris"]["answer"]


@pytest.mark.parametrize(
    ("method", "target", "status", "text"),
    [
        ("PUT", "/v1/models/iris:predict", 400, b"Malformed request: PUT /v1/models/iris:predict"),
        ("GET", "/V1/MODELS/a%2Fb", 404, b"Could not find any versions of model a/b"),
        ("POST", "/v1/models/nope:predict", 400, b"JSON Parse error: The document is empty"),
        ("GET", "/readyz", 200, b"ready"),
        ("GET", "/v1/models/refused", 200, b"not served yet"),
        ("GET", "/nothing", 404, b"<H1>Not Found</H1>"),
    ],
)
def test_requests_reach_us_unchanged(
    service: Any, method: str, target: str, status: int, text: bytes
) -> None:
    """The balancer neither decodes paths nor answers for us."""
    found, _, body = call(service.port, method, target)
    assert (found, text in body) == (status, True)


def test_only_replicas_load_tensorflow(service: Any) -> None:
    """Neither the process in front nor the one that builds the application has it in memory."""
    loaded = {
        pid
        for pid in service.family()
        if b"libtensorflow" in Path(f"/proc/{pid}/maps").read_bytes()
    }
    commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in loaded]
    assert commands
    assert all(command.startswith(b"ray::ServeReplica") for command in commands)


def test_rest_and_grpc_name_the_replica(service: Any) -> None:
    """By one name, errors too, where the header is switched on."""
    with grpc.insecure_channel(f"127.0.0.1:{service.grpc_port}") as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        trailing = dict(check.with_call(b"", timeout=60)[1].trailing_metadata())
    headers = [predict(service.port)[1], call(service.port, "GET", "/nowhere")[1]]
    assert trailing["x-replica"]
    assert [each["x-replica"] for each in headers] == [trailing["x-replica"]] * 2


def test_the_dashboard_is_off_unless_asked_for(service: Any) -> None:
    """Not one of its processes runs."""
    family = psutil.Process(service.process.pid).children(recursive=True)
    assert any("ray::ServeReplica" in process.cmdline()[0] for process in family)
    assert not [process for process in family if "ray-dashboard" in " ".join(process.cmdline())]


def test_a_new_version_takes_over_without_a_failed_request(
    service: Any, iris_export: Path, wait_until: Callable[..., None]
) -> None:
    """Clients that keep asking see nothing but answers."""
    stop, seen = threading.Event(), Counter[int]()

    def ask() -> None:
        while not stop.is_set():
            seen[predict(service.port)[0]] += 1

    asking = threading.Thread(target=ask)
    asking.start()
    shutil.copytree(iris_export, service.root / "iris" / ".incoming")
    (service.root / "iris" / ".incoming").rename(service.root / "iris" / "2")
    status = "/v1/models/iris/versions/2"
    wait_until(lambda: b'"AVAILABLE"' in call(service.port, "GET", status)[2])
    wait_until(lambda: b'"END"' in call(service.port, "GET", "/v1/models/iris/versions/1")[2])
    stop.set()
    asking.join()
    assert list(seen) == [200]


def test_overload_is_refused_and_brings_a_second_replica(
    service: Any, wait_until: Callable[..., None]
) -> None:
    """A full replica answers 503 with Retry-After; sustained load makes the service grow."""
    answers: list[tuple[int, Any, Any]] = []
    stop = threading.Event()

    def hammer() -> None:
        while not stop.is_set():
            answers.append(predict(service.port, rows=2000))

    with ThreadPoolExecutor(12) as clients:
        for _ in range(12):
            clients.submit(hammer)
        try:
            wait_until(lambda: any(status == 503 for status, _, _ in answers))
            wait_until(lambda: service.replicas() == 2)
        finally:
            stop.set()
    assert {status for status, _, _ in answers} == {200, 503}
    refused = next(answer for answer in answers if answer[0] == 503)
    assert refused[1]["Retry-After"] == "3"
    assert "busy with 6 ongoing requests" in json.loads(refused[2])["error"]
