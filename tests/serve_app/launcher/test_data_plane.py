"""New versions, load and faults, with the fast path and without: a client sees the same."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import pytest

pytestmark = pytest.mark.ray

ROW = {"sepal_length": 5.0, "sepal_width": 2.0, "petal_length": 3.5, "petal_width": 1.0}
BODY = json.dumps({"instances": [ROW]})
CLIENTS = 4
SETTINGS = {
    "autoscaling.min_replicas": 1,
    "autoscaling.max_replicas": 2,
    # Any load asks for both replicas, none for one.
    "autoscaling.target_ongoing_requests": 0.01,
    "autoscaling.look_back_period_s": 2,
    "autoscaling.metrics_interval_s": 0.5,
    "autoscaling.upscale_delay_s": 2,
    "autoscaling.downscale_delay_s": 3,
    "replica.num_cpus": 0.5,
    "replica.max_ongoing_requests": 6,
    "replica.retry_after_s": 3,
    "repository.poll_wait_s": 0.2,
    "http.replica_header": "X-Replica",
}


class Load:
    """Clients that ask again and again, each on a connection that it keeps."""

    def __init__(self, port: int, pause_s: float) -> None:
        self._port = port
        self._pause_s = pause_s
        self._ends = threading.Event()
        self.statuses: Counter[object] = Counter()
        self.replicas: Counter[str] = Counter()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]

    def _ask(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        while not self._ends.wait(self._pause_s):
            try:
                connection.request("POST", "/v1/models/iris:predict", BODY)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as exc:
                self.statuses[type(exc).__name__] += 1
                connection.close()
                continue
            self.statuses[answer.status] += 1
            self.replicas[str(answer.headers["X-Replica"])] += 1
        connection.close()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()

    @property
    def failed(self) -> int:
        """Requests that were not answered with 200."""
        return sum(self.statuses.values()) - self.statuses[200]


@pytest.fixture(scope="module", params=["true", "false"], ids=["fast path", "ordinary way"])
def running(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    iris_export: Path,
    start_service: Callable[..., Any],
) -> Iterator[tuple[Any, bool]]:
    """A service of one or two replicas, with the model `iris` and one that is refused."""
    root = tmp_path_factory.mktemp("serving_dir")
    shutil.copytree(iris_export, root / "iris" / "1")
    shutil.copytree(iris_export, root / "refused" / "1")
    (root / "refused" / "1" / "transform").mkdir()
    with start_service(root, {**SETTINGS, "http.data_plane": request.param}) as service:
        yield service, request.param == "true"


def call(port: int, method: str, target: str, body: str | None = None) -> tuple[int, Any, bytes]:
    """Returns status, headers and body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, target, body)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_a_model_that_is_refused_does_not_keep_others_from_being_served(
    running: tuple[Any, bool],
) -> None:
    """Its status says why."""
    service, _ = running
    assert [model["model"] for model in service.announced["models"]] == ["iris"]
    assert b"not served yet" in call(service.port, "GET", "/v1/models/refused")[2]


def test_predictions_take_the_way_that_was_asked_for(running: tuple[Any, bool]) -> None:
    """Ray Serve's own ids are UUIDs with dashes; either way the client's own comes back."""
    service, has_data_plane = running
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    connection.request("POST", "/v1/models/iris:predict", BODY)
    answer = connection.getresponse()
    answer.read()
    assert ("-" not in answer.headers["X-Request-ID"]) == has_data_plane
    connection.request("POST", "/v1/models/iris:predict", BODY, {"X-Request-ID": "mine"})
    assert connection.getresponse().headers["X-Request-ID"] == "mine"
    connection.close()


def test_a_new_version_takes_over_without_a_failed_request(
    running: tuple[Any, bool], iris_export: Path, wait_until: Any
) -> None:
    """Clients that keep asking see nothing but answers."""
    service, _ = running
    shutil.copytree(iris_export, service.root / "iris" / ".incoming")
    versions = "/v1/models/iris/versions"
    with Load(service.port, pause_s=0.002) as load:
        (service.root / "iris" / ".incoming").rename(service.root / "iris" / "2")
        wait_until(lambda: b'"AVAILABLE"' in call(service.port, "GET", f"{versions}/2")[2])
        wait_until(lambda: b'"END"' in call(service.port, "GET", f"{versions}/1")[2])
    assert load.statuses == {200: load.statuses[200]}


def test_replicas_come_and_go_under_load_without_a_failed_request(
    running: tuple[Any, bool], wait_until: Any
) -> None:
    """The autoscaler sees the load of either way; a replica that goes has answered everything."""
    service, _ = running
    with Load(service.port, pause_s=0.002) as load:
        wait_until(lambda: service.replicas() == 2, 90)
        wait_until(lambda: len(load.replicas) == 2, 60)
    assert load.statuses == {200: load.statuses[200]}
    with Load(service.port, pause_s=4.0) as trickle:
        wait_until(lambda: service.replicas() == 1, 120)
        time.sleep(1)
    assert trickle.failed == 0
    assert trickle.statuses[200] > CLIENTS


def test_overload_is_refused(running: tuple[Any, bool], wait_until: Any) -> None:
    """A full replica answers 503 with Retry-After."""
    service, _ = running
    body = json.dumps({"instances": [ROW] * 2000})
    answers: list[tuple[int, Any, bytes]] = []
    stop = threading.Event()

    def hammer() -> None:
        while not stop.is_set():
            answers.append(call(service.port, "POST", "/v1/models/iris:predict", body))

    with ThreadPoolExecutor(24) as clients:
        for _ in range(24):
            clients.submit(hammer)
        try:
            wait_until(lambda: {200, 503} <= {status for status, _, _ in answers})
        finally:
            stop.set()
    assert {status for status, _, _ in answers} == {200, 503}
    refused = next(answer for answer in answers if answer[0] == 503)
    assert refused[1]["Retry-After"] == "3"
    assert "busy with 6 ongoing requests" in json.loads(refused[2])["error"]


def test_a_killed_replica_costs_only_what_was_on_its_way(
    running: tuple[Any, bool], wait_until: Any
) -> None:
    """At most one request of each client; the next ones are answered by another replica."""
    service, _ = running
    with Load(service.port, pause_s=0.005) as load:
        wait_until(lambda: service.replicas() == 2, 90)
        wait_until(lambda: len(load.replicas) == 2, 60)
        before = load.statuses[200]
        os.kill(service.replica_pids()[0], signal.SIGKILL)
        wait_until(lambda: load.statuses[200] > before + 300, 60)
        wait_until(lambda: len(load.replicas) == 3, 90)
    assert load.failed <= CLIENTS


def test_a_killed_supervisor_takes_the_service_with_it(
    running: tuple[Any, bool], still_alive: Callable[..., list[int]], wait_until: Any
) -> None:
    """SIGKILL leaves it no chance to clean up; the service notices. It ends here."""
    service, _ = running
    family = service.family()
    service.process.kill()
    wait_until(lambda: still_alive(family) == [])
