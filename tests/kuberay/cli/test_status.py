from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def service(api_server: Any, kubeconfig: Path) -> Any:
    """A stored RayService without a status."""
    metadata = {"name": "shop", "namespace": "shop"}
    spec = {"serveConfigV2": "applications: [{name: app, import_path: 'a:b'}]"}
    return api_server.put("ray.io/v1", "rayservices", {"metadata": metadata, "spec": spec})


def test_a_service_that_serves_ends_with_zero(
    run: Run, api_server: Any, service: Any, done: Any, serve_service: None
) -> None:
    """In words, with the URL."""
    api_server.statuses = [done()]
    result = run("status", "shop")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[0] == "RayService/shop in shop: done"
    assert "ready: http://shop-serve-svc.shop:8000" in result.stdout


def test_an_unhealthy_application_under_ready_is_told(
    run: Run, api_server: Any, service: Any, done: Any
) -> None:
    """`kubectl get rayservice` shows Running."""
    api_server.statuses = [done("UNHEALTHY", "health check failed")]
    result = run("status", "shop")
    assert result.exit_code == 4
    assert "progressing: application app is UNHEALTHY (Model)" in result.stdout
    assert "    health check failed" in result.stdout


def test_a_failed_service_ends_with_three(
    run: Run, api_server: Any, service: Any, done: Any
) -> None:
    """For machines with the evidence."""
    api_server.statuses = [done("DEPLOY_FAILED", "ImportError: shop")]
    result = run("status", "shop", "--json")
    assert result.exit_code == 3
    document = json.loads(result.stdout)
    assert document["state"] == "failed"
    assert document["evidence"][0]["lines"] == ["ImportError: shop"]


def test_a_new_service_is_on_its_way(run: Run, service: Any) -> None:
    """The operator has not written a status yet."""
    result = run("status", "shop")
    assert result.exit_code == 4
    assert "no cluster serves yet" in result.stdout


def test_waiting_for_a_service_that_comes(
    run: Run, api_server: Any, service: Any, done: Any
) -> None:
    """`status --wait` after an `apply` without --wait."""
    api_server.statuses = [{}, done()]
    assert run("status", "shop", wait=True).exit_code == 0


def test_a_service_that_is_not_there_is_one_line(run: Run, kubeconfig: Path) -> None:
    """With the namespace that was searched."""
    result = run("status", "nothing", "-n", "shop")
    assert result.exit_code == 1
    assert "no RayService/nothing in the namespace shop" in result.stderr
