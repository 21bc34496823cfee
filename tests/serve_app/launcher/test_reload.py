"""A reload request reaches three replicas on Ray, and those that come later."""

from __future__ import annotations

import http.client
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.ray

ROW = {"sepal_length": 5.0, "sepal_width": 2.0, "petal_length": 3.5, "petal_width": 1.0}
THREE = ("autoscaling.min_replicas=3", "autoscaling.max_replicas=3", "replica.num_cpus=0.3")
RELOAD = "/tensorflow.serving.ModelService/HandleReloadConfigRequest"


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


def reload(port: int, root: Path, model: str) -> None:
    """Asks for one model, as any client of TensorFlow Serving does."""
    import grpc

    from foundation.protos.model_management_pb2 import ReloadConfigRequest, ReloadConfigResponse

    request = ReloadConfigRequest()
    request.config.model_config_list.config.add(
        name=model, base_path=str(root / "iris"), model_platform="tensorflow"
    )
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary(
            RELOAD, ReloadConfigRequest.SerializeToString, ReloadConfigResponse.FromString
        )
        assert call(request, timeout=60).status.error_code == 0


def replica_pids(service: Any) -> list[int]:
    """Returns the ids of the replica processes."""
    return [
        pid
        for pid in service.family()
        if b"ray::ServeReplica" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def test_a_reload_reaches_all_replicas_and_those_that_come_later(
    publish: Callable[..., Path],
    iris_export: Path,
    start_service: Callable[..., Any],
    wait_until: Callable[..., None],
) -> None:
    """When it returns, no replica refuses the new model; a replica that is replaced knows it."""
    root = publish(iris_export)
    settings = [part for pair in THREE for part in ("--set", pair)]
    with start_service(root, *settings) as service:
        wait_until(lambda: service.replicas() == 3)
        assert statuses(service.port, "iris") == {200}
        reload(service.grpc_port, root, "renamed")
        assert statuses(service.port, "renamed") == {200}
        wait_until(lambda: statuses(service.port, "iris") == {404})
        before = replica_pids(service)
        os.kill(before[0], signal.SIGKILL)
        wait_until(lambda: len(set(replica_pids(service)) - set(before)) == 1)
        wait_until(lambda: statuses(service.port, "renamed") == {200})
        wait_until(lambda: statuses(service.port, "iris") == {404})
