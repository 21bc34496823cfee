"""The rendered environment and serveConfigV2 on a real Ray, put to it as the operator puts it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from foundation.free_ports import free_ports
from kuberay.render.commented import plain
from kuberay.render.ray.environment import worker_environment
from kuberay.render.ray.serve_config import serve_config_text
from kuberay.settings.deploy_file import DeployFile
from kuberay.settings.plan import plan
from serve_app.hosting.environment import serve_environment

pytestmark = pytest.mark.ray
Deploy = Callable[..., DeployFile]
TOKEN = "t" * 32
ROW = {"sepal_length": 5.0, "sepal_width": 2.0, "petal_length": 3.5, "petal_width": 1.0}
PATIENCE_S = 150


@dataclass(frozen=True)
class Head:
    """A Ray head, its dashboard, and where Serve is told to listen on it."""

    dashboard: int
    serve: int
    serve_grpc: int

    def put(self, deploy: DeployFile) -> None:
        """Puts serveConfigV2 to the dashboard; only the ports are this machine's."""
        config = yaml.safe_load(serve_config_text(deploy, plan(deploy)))
        config["http_options"] |= {"host": "127.0.0.1", "port": self.serve}
        config["grpc_options"]["port"] = self.serve_grpc
        ask(f"http://127.0.0.1:{self.dashboard}/api/serve/applications/", config, method="PUT")

    def _application(self) -> Any:
        url = f"http://127.0.0.1:{self.dashboard}/api/serve/applications/"
        return ask(url)["applications"]["bqml"]

    def most_replicas(self) -> int:
        """Returns how many replicas Serve may start."""
        config = self._application()["deployments"]["ModelServer"]["deployment_config"]
        return int(config["autoscaling_config"]["max_replicas"])

    def replicas(self) -> set[str]:
        """Returns the replicas by name once all is as it was asked for; none before."""
        application = self._application()
        deployment = application["deployments"].get("ModelServer", {"replicas": [], "status": ""})
        settled = (application["status"], deployment["status"]) == ("RUNNING", "HEALTHY")
        return {r["replica_id"] for r in deployment["replicas"]} if settled else set()

    def predict(self) -> Any:
        """Returns one prediction."""
        url = f"http://127.0.0.1:{self.serve}/v1/models/iris_model:predict"
        return ask(url, {"instances": [ROW]}, method="POST")["predictions"][0]

    def version(self) -> str:
        """Returns the version that answers."""
        status = ask(f"http://127.0.0.1:{self.serve}/v1/models/iris_model")
        return str(status["model_version_status"][0]["version"])


def ask(url: str, body: object = None, *, method: str = "GET") -> Any:
    """Sends a request with Ray's token and returns the JSON of its answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def until(condition: Callable[[], Any]) -> Any:
    """Returns what `condition` does once it is true, and lets it fail meanwhile."""
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            if value := condition():
                return value
        except (urllib.error.URLError, KeyError, OSError):
            pass
        assert time.monotonic() < deadline_s, "Ray did not get there in time"
        time.sleep(0.3)


@pytest.fixture
def model(real_exports: Path, tmp_path: Path) -> Path:
    """A model with two versions in one folder."""
    for version in ("1", "2"):
        shutil.copytree(real_exports / "iris_logistic_reg", tmp_path / "iris_model" / version)
    return tmp_path / "iris_model"


@pytest.fixture
def head(deploy: Deploy) -> Iterator[Head]:
    """A Ray head with the environment of a worker, for it holds the replicas here."""
    settings = deploy()
    folder = Path(tempfile.mkdtemp(prefix="kr-", dir="/tmp"))
    gcs, dashboard, agent, metrics, serve, serve_grpc = free_ports(6)
    rendered: Any = plain(worker_environment(settings, plan(settings)))
    environment = {
        **os.environ,
        **serve_environment(folder, haproxy=True, grpc_max_message_bytes=1 << 20),
        **{variable["name"]: variable["value"] for variable in rendered},
        "HOME": str(folder),
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": TOKEN,
        # Nobody is left to hand requests over to: a lone node would wait the whole time.
        "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",
    }
    process = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("ray")), "start", "--head", "--block",
            f"--port={gcs}", f"--dashboard-port={dashboard}",
            f"--dashboard-agent-listen-port={agent}", f"--metrics-export-port={metrics}",
            "--min-worker-port=0", "--max-worker-port=0", "--num-cpus=3",
            "--object-store-memory=100000000", f"--temp-dir={folder / 'ray'}",
        ],
        env=environment, cwd=Path(__file__).parents[3], start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: ask(f"http://127.0.0.1:{dashboard}/api/version"))
        yield Head(dashboard, serve, serve_grpc)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def test_a_change_reaches_the_running_cluster(head: Head, deploy: Deploy, model: Path) -> None:
    """More replicas at most: nothing restarts. Another version: all are replaced, none fails."""
    with pytest.raises(urllib.error.HTTPError, match="401"):  # the dashboard could run any code
        urllib.request.urlopen(f"http://127.0.0.1:{head.dashboard}/api/version", timeout=10)
    head.put(deploy(models=[{"source": f"{model}/1"}], scale={"max_replicas": 3}))
    first = until(head.replicas)
    assert head.predict()["predicted_species"] == ["versicolor"]

    head.put(deploy(models=[{"source": f"{model}/1"}], scale={"max_replicas": 2}))
    until(lambda: head.most_replicas() == 2)
    assert until(head.replicas) == first

    head.put(deploy(models=[{"source": f"{model}/2"}], scale={"max_replicas": 2}))

    def all_new() -> bool:
        head.predict()
        return bool(head.replicas()) and not head.replicas() & first

    until_nothing_fails(all_new)
    assert head.version() == "2"


def until_nothing_fails(condition: Callable[[], bool]) -> None:
    """Waits for `condition`, whose own failures are failures of the test."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "the roll-out did not end in time"
