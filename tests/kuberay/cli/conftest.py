"""The command line in this process, and files to give to it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from kuberay.cli.group import cli

Run = Callable[..., Result]
QUICK = ("--poll-s", "0.05", "--settle-s", "0.1", "--timeout-s", "20")


@pytest.fixture
def run() -> Run:
    """Runs one command; `wait` adds quick times."""

    def invoke(*arguments: str, wait: bool = False) -> Result:
        quick = ("--wait", *QUICK) if wait else ()
        return CliRunner().invoke(cli, [*map(str, arguments), *quick])

    return invoke


@pytest.fixture
def manifest_file(tmp_path: Path, valid_manifest: dict[str, Any]) -> Callable[..., str]:
    """Writes the valid manifest, with the spec's fields replaced, and returns the file's name."""

    def write(name: str = "shop.yaml", **spec: Any) -> str:
        manifest = copy.deepcopy(valid_manifest)
        manifest["spec"].update(spec)
        path = tmp_path / name
        path.write_text(yaml.safe_dump(manifest, sort_keys=False))
        return str(path)

    return write


@pytest.fixture
def done() -> Callable[..., dict[str, Any]]:
    """The status of a service that serves, or of one whose application is in another state."""

    def status(app: str = "RUNNING", message: str = "") -> dict[str, Any]:
        deployments = {"Model": {"status": "HEALTHY" if app == "RUNNING" else "UNHEALTHY"}}
        application = {
            "status": app,
            "message": message,
            "serveDeploymentStatuses": deployments,
        }
        active = {"rayClusterName": "shop-abcde", "applicationStatuses": {"app": application}}
        ready = {"type": "Ready", "status": "True", "reason": "NonZeroServeEndpoints"}
        return {
            "observedGeneration": "newest",
            "numServeEndpoints": 2,
            "activeServiceStatus": active,
            "conditions": [ready],
        }

    return status


@pytest.fixture
def serve_service(api_server: Any) -> None:
    """The Service that the operator makes when the cluster was ready once."""
    metadata = {"name": "shop-serve-svc", "namespace": "shop"}
    ports = [{"name": "serve", "port": 8000}, {"name": "serve-grpc", "port": 9000}]
    api_server.put("v1", "services", {"metadata": metadata, "spec": {"ports": ports}})
