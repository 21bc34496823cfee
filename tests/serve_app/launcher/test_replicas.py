"""Three replicas behind one port: one page of metrics, one reload; and what Ray says of them."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from foundation.free_ports import free_ports

pytestmark = pytest.mark.ray

COUNT = ':tensorflow:serving:request_count{model_name="iris",status="OK"}'
ROW = {"petal_length": 1.4, "petal_width": 0.2, "sepal_length": 5.1, "sepal_width": 3.5}


TOKEN = "0" * 64
RELOAD = "/tensorflow.serving.ModelService/HandleReloadConfigRequest"


@pytest.fixture(scope="module")
def three(
    tmp_path_factory: pytest.TempPathFactory, iris_export: Path, start_service: Callable[..., Any]
) -> Iterator[tuple[Any, int]]:
    """A service with three replicas and the model `iris`, and the port of Ray's dashboard."""
    root = tmp_path_factory.mktemp("serving_dir")
    shutil.copytree(iris_export, root / "iris" / "1")
    (port,) = free_ports(1)
    settings = {
        "autoscaling.min_replicas": 3,
        "autoscaling.max_replicas": 3,
        "replica.num_cpus": 0.3,
        "dashboard.enabled": "true",
        "dashboard.port": port,
    }
    environment = {**os.environ, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN}
    with start_service(root, settings, environment) as running:
        yield running, port


def requests(service: Any) -> int:
    """Returns how many requests the page has counted."""
    url = f"http://127.0.0.1:{service.port}/monitoring/prometheus/metrics"
    with urllib.request.urlopen(url, timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return next((int(line.split()[-1]) for line in lines if line.startswith(COUNT)), 0)


def predict(service: Any, times: int) -> None:
    """Sends predictions, each on a connection of its own, so that every replica gets some."""
    url = f"http://127.0.0.1:{service.port}/v1/models/iris:predict"
    body = json.dumps({"instances": [ROW]}).encode()
    for _ in range(times):
        with urllib.request.urlopen(url, body, timeout=30) as answer:
            assert answer.status == 200


def statuses(port: int, model: str, requests: int = 40) -> set[int]:
    """Returns the status codes of many predictions, each on a connection of its own."""
    found = set()
    for _ in range(requests):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request(
            "POST", f"/v1/models/{model}:predict", json.dumps({"instances": [ROW]}).encode()
        )
        found.add(connection.getresponse().status)
        connection.close()
    return found


def reload(port: int, base_path: Path, model: str) -> None:
    """Asks for one model, as any client of TensorFlow Serving does."""
    import grpc

    from foundation.protos.model_management_pb2 import ReloadConfigRequest, ReloadConfigResponse

    request = ReloadConfigRequest()
    request.config.model_config_list.config.add(
        name=model, base_path=str(base_path), model_platform="tensorflow"
    )
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary(
            RELOAD, ReloadConfigRequest.SerializeToString, ReloadConfigResponse.FromString
        )
        assert call(request, timeout=60).status.error_code == 0


def test_every_replica_answers_with_the_sum(three: tuple[Any, int]) -> None:
    """At once, and whichever of them is asked."""
    service, _ = three
    before = requests(service)
    predict(service, 30)
    assert {requests(service) for _ in range(9)} == {before + 30}


def test_counters_do_not_go_back_when_a_replica_dies(
    three: tuple[Any, int], wait_until: Any
) -> None:
    """Not even when it is killed: what it wrote down two seconds ago still counts."""
    service, _ = three
    predict(service, 30)
    before = requests(service)
    time.sleep(5)  # until it has certainly been written down
    os.kill(service.replica_pids()[0], signal.SIGKILL)
    seen = [before]

    def recovered() -> bool:
        # A request that was on its way to the killed replica may fail: that is not the promise.
        with contextlib.suppress(OSError):
            seen.append(requests(service))
        return len(seen) > 20 and service.replicas() == 3

    wait_until(recovered)
    assert seen == sorted(seen)
    with contextlib.suppress(OSError):
        predict(service, 10)
    assert requests(service) > seen[-1]


def test_a_reload_reaches_all_replicas_and_those_that_come_later(
    three: tuple[Any, int], wait_until: Callable[..., None]
) -> None:
    """When it returns, no replica refuses the new model; a replica that is replaced knows it."""
    service, _ = three
    assert statuses(service.port, "iris") == {200}
    reload(service.grpc_port, service.root / "iris", "renamed")
    assert statuses(service.port, "renamed") == {200}
    wait_until(lambda: statuses(service.port, "iris") == {404})
    before = service.replica_pids()
    os.kill(before[0], signal.SIGKILL)
    wait_until(lambda: len(set(service.replica_pids()) - set(before)) == 1)
    wait_until(lambda: statuses(service.port, "renamed") == {200})
    wait_until(lambda: statuses(service.port, "iris") == {404})


def test_a_killed_service_is_cleaned_up_by_its_supervisor(
    three: tuple[Any, int], still_alive: Callable[..., list[int]]
) -> None:
    """Its dashboard, whose processes overwrite their own environment, goes too. It ends here."""
    service, dashboard_port = three
    supervisor = psutil.Process(service.process.pid)
    family = [process.pid for process in supervisor.children(recursive=True)]
    assert running_deployments(dashboard_port) == ["ModelServer"]
    (child,) = supervisor.children()
    child.kill()
    assert service.process.wait(180) != 0
    assert still_alive(family) == []


def running_deployments(port: int) -> list[str]:
    """Returns the deployments of which Ray's REST API on loopback knows."""
    url = f"http://127.0.0.1:{port}/api/serve/applications/"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(url, timeout=60)
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return list(json.load(response)["applications"]["bqml"]["deployments"])
