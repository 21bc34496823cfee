"""The import path for Ray Serve: arguments, and `serve run` with Ray's default proxy."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from foundation.free_ports import free_ports
from serve_app.application import app
from serve_app.errors import SettingsError

CONFIG = Path(__file__).parents[3] / "serve_app" / "config.yaml"


def answer(url: str, document: object | None = None) -> Any:
    """Returns the JSON answer, or None while there is none."""
    data = json.dumps(document).encode() if document else None
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=30) as response:
            return json.load(response)
    except (urllib.error.URLError, OSError):
        return None


@pytest.mark.ray
def test_the_config_file_serves_through_rays_default_proxy(
    publish: Callable[..., Path],
    iris_export: Path,
    serve_run: Callable[..., Any],
    wait_until: Callable[..., None],
    tmp_path: Path,
) -> None:
    """`serve run serve_app/config.yaml`, with only the ports and the root changed."""
    port, grpc_port = free_ports(2)
    config = yaml.safe_load(CONFIG.read_text())
    config["http_options"]["port"], config["grpc_options"]["port"] = port, grpc_port
    config["applications"][0]["args"]["repository"]["root"] = str(publish(iris_export))
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(config))
    url = f"http://127.0.0.1:{port}"
    with serve_run([str(file)], cwd=Path(__file__).parents[3]):
        wait_until(lambda: answer(f"{url}/readyz") == {"status": "ready"}, timeout_s=180)
        row = dict.fromkeys(("sepal_length", "sepal_width", "petal_length", "petal_width"), 1.0)
        predicted = answer(f"{url}/v1/models/iris:predict", {"instances": [row]})
        assert predicted["predictions"][0]["predicted_species"] == ["setosa"]
        with grpc.insecure_channel(f"127.0.0.1:{grpc_port}") as channel:
            health = HealthStub(channel).Check(HealthCheckRequest(), timeout=60)
            assert health.status == HealthCheckResponse.SERVING


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"nonsense": "1"}, "unknown setting nonsense"),
        ({"port": "9000"}, "http.port has no effect here: Ray Serve reads http_options.port"),
        ({"grpc": {"port": 9001}}, "grpc.port has no effect here"),
        ({"dashboard.enabled": True}, "dashboard.enabled has no effect here"),
        ({"latest": "0"}, "repository.version_policy.latest"),
        ({"autoscaling": {"max_replicas": 0}}, "autoscaling.max_replicas"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, object], words: str) -> None:
    """Before anything is deployed."""
    with pytest.raises(SettingsError) as caught:
        app(arguments)
    assert words in str(caught.value)
