from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Write = Callable[..., str]


def test_invalid_manifests_are_not_sent(
    run: Run, api_server: Any, kubeconfig: Path, manifest_file: Write
) -> None:
    """Unless --no-validate says so."""
    path = manifest_file(upgradeStrategy={"type": "Newcluster"})
    result = run("apply", path, "--no-ray")
    assert result.exit_code == 1
    assert "operator/upgrade-type" in result.stdout
    assert "not applied: the manifests have errors" in result.stderr
    assert api_server.requests == []
    assert run("apply", path, "--no-validate").exit_code == 0
    assert api_server.names("rayservices") == ["shop"]


def test_a_client_dry_run_needs_no_cluster(
    run: Run, manifest_file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It tells what would be sent, in the order."""
    monkeypatch.setenv("KUBECONFIG", "/nonexistent")
    result = run("apply", manifest_file(), "--no-ray", "--dry-run", "client")
    assert result.stdout == "RayService/shop in shop: would be sent\n"


def test_a_server_dry_run_stores_nothing(
    run: Run, api_server: Any, kubeconfig: Path, manifest_file: Write
) -> None:
    """The server has checked everything."""
    result = run("apply", manifest_file(), "--no-ray", "--dry-run", "server")
    assert result.exit_code == 0
    assert "accepted by the server (dry run)" in result.stderr
    assert api_server.names("rayservices") + api_server.names("configmaps") == []


def test_apply_stays_until_the_service_answers(
    run: Run,
    api_server: Any,
    kubeconfig: Path,
    manifest_file: Write,
    done: Any,
    serve_service: None,
) -> None:
    """It ends with the URL."""
    api_server.statuses = [{}, {}, done()]
    result = run("apply", manifest_file(), "--no-ray", "--json", wait=True)
    assert result.exit_code == 0, result.stderr
    assert "ready: http://shop-serve-svc.shop:8000" in result.stderr
    assert "kubectl -n shop port-forward service/shop-serve-svc 8000 9000" in result.stderr
    (service,) = json.loads(result.stdout)["services"]
    assert service == {
        "name": "shop", "namespace": "shop", "revision": 1, "endpoints": 2,
        "url": "http://shop-serve-svc.shop:8000",
    }  # fmt: skip


def test_a_new_cluster_is_bridged_and_closed_again(
    run: Run, api_server: Any, kubeconfig: Path, manifest_file: Write, done: Any
) -> None:
    """The head takes traffic during the switch, and none once a worker is an endpoint."""
    api_server.statuses = [done()]
    labels = {"ray.io/cluster": "shop-abcde", "ray.io/node-type": "worker"}
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    metadata = {"name": "worker", "namespace": "shop", "labels": labels}
    api_server.put("v1", "pods", {"metadata": metadata, "status": ready})
    assert run("apply", manifest_file(), "--no-ray").exit_code == 0
    cluster = api_server.one("rayservices", "shop")["spec"]["rayClusterConfig"]
    config = {**cluster, "rayVersion": "2.61.0"}
    result = run("apply", manifest_file(rayClusterConfig=config), "--no-ray", wait=True)
    assert result.exit_code == 0, result.stderr
    order = [
        result.stderr.index(text) for text in ("takes traffic too", "out of the serve Service")
    ]
    assert order == sorted(order)
    assert api_server.one("rayservices", "shop")["spec"]["excludeHeadPodFromServeSvc"] is True


def test_a_failed_upgrade_tells_what_still_serves(
    run: Run, api_server: Any, kubeconfig: Path, manifest_file: Write, done: Any
) -> None:
    """The way back, and that the head still takes traffic."""
    api_server.statuses = [done()]
    assert run("apply", manifest_file(), "--no-ray").exit_code == 0
    cluster = api_server.one("rayservices", "shop")["spec"]["rayClusterConfig"]
    new = {**done("DEPLOY_FAILED")["activeServiceStatus"], "rayClusterName": "shop-new"}
    api_server.statuses = [done(), {**done(), "pendingServiceStatus": new}]
    config = {**cluster, "rayVersion": "2.61.0"}
    result = run("apply", manifest_file(rayClusterConfig=config), "--no-ray", wait=True)
    assert result.exit_code == 3
    assert "shop-abcde goes on serving; `bqml-kuberay rollback shop -n shop`" in result.stderr
    assert "the head stays in the serve Service" in result.stderr


def test_a_failed_rollout_ends_with_three(
    run: Run, api_server: Any, kubeconfig: Path, manifest_file: Write, done: Any
) -> None:
    """The reason, and the lines that show it."""
    api_server.statuses = [done("DEPLOY_FAILED", "ImportError: no module named shop")]
    result = run("apply", manifest_file(), "--no-ray", wait=True)
    assert result.exit_code == 3
    assert "ImportError: no module named shop" in result.stderr
    assert "error: the rollout of shop failed: application app: DEPLOY_FAILED" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--wait", "--dry-run", "server"), "exclude each other"),
        (("--no-ray", "--context", "nowhere"), "no usable kubeconfig"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    run: Run, kubeconfig: Path, manifest_file: Write, arguments: tuple[str, ...], message: str
) -> None:
    """No stack trace."""
    result = run("apply", manifest_file(), *arguments)
    assert result.exit_code in (1, 2)
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert message in errors[0]


def test_no_validate_still_needs_objects(run: Run, kubeconfig: Path, tmp_path: Path) -> None:
    """Without a kind there is nowhere to send it to."""
    path = tmp_path / "a.yaml"
    path.write_text("metadata: {name: a}\n")
    result = run("apply", str(path), "--no-validate")
    assert result.exit_code == 2
    assert "lacks apiVersion, kind or metadata.name" in result.stderr
