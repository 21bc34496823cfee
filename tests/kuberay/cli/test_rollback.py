from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def twice(run: Run, kubeconfig: Path, manifest_file: Callable[..., str]) -> None:
    """Two revisions, which differ in the deletion delay."""
    for delay_s in (180, 240):
        path = manifest_file(rayClusterDeletionDelaySeconds=delay_s)
        assert run("apply", path, "--no-ray").exit_code == 0


def delay_of(api_server: Any) -> int:
    """Returns the stored deletion delay."""
    return int(api_server.one("rayservices", "shop")["spec"]["rayClusterDeletionDelaySeconds"])


def test_rollback_applies_the_revision_before(run: Run, api_server: Any, twice: None) -> None:
    """It is a revision of its own, and can be undone."""
    assert run("rollback", "shop").exit_code == 0
    assert delay_of(api_server) == 180
    assert run("rollback", "shop").exit_code == 0
    assert delay_of(api_server) == 240
    rows = json.loads(run("rollback", "shop", "--list", "--json").stdout)["revisions"]
    notes = {row["revision"]: row["note"] for row in rows}
    assert notes == {1: "", 2: "", 3: "rollback to 1", 4: "rollback to 2"}


def test_rollback_goes_to_a_number_and_waits(
    run: Run, api_server: Any, twice: None, done: Any
) -> None:
    """As apply does."""
    api_server.statuses = [done()]
    result = run("rollback", "shop", "--to", "1", "--json", wait=True)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["revision"] == 1
    assert delay_of(api_server) == 180


def test_a_dry_run_changes_nothing(run: Run, api_server: Any, twice: None) -> None:
    """The server has checked it."""
    result = run("rollback", "shop", "--dry-run", "server")
    assert "going back to revision 1" in result.stderr
    assert delay_of(api_server) == 240


def test_the_list_is_a_table_for_people(run: Run, twice: None) -> None:
    """Number, time, size and note of every revision."""
    lines = run("rollback", "shop", "--list").stdout.splitlines()
    assert lines[0].split() == ["revision", "applied_at", "objects", "note"]
    assert len(lines) == 4


def test_a_frozen_rollout_is_told_before_it_ignores_the_rollback(
    run: Run, api_server: Any, twice: None, done: Any
) -> None:
    """The operator cannot reach the pending dashboard, and a reverted spec changes nothing."""
    head = {"type": "HeadPodReady", "status": "True"}
    pending = {"rayClusterName": "shop-new", "rayClusterStatus": {"conditions": [head]}}
    frozen = {**done(), "observedGeneration": 1, "pendingServiceStatus": pending}
    api_server.statuses = [frozen]
    result = run("rollback", "shop")
    assert "kubectl delete raycluster shop-new" in result.stderr


def test_without_a_revision_there_is_nothing_to_go_back_to(run: Run, kubeconfig: Path) -> None:
    """The error says who records."""
    result = run("rollback", "shop")
    assert result.exit_code == 1
    assert "RayService/shop has no earlier revision" in result.stderr
