from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kuberay.cluster.connection import Cluster
from kuberay.cluster.wait_times import WaitTimes
from kuberay.cluster.watch import Watcher
from kuberay.errors import RolloutFailedError, RolloutTimeoutError

QUICK = WaitTimes(timeout_s=30, poll_s=0.01, settle_s=0.05, failing_s=0.05)
CONFIG = "applications: [{name: app, import_path: 'a:b'}]"


@pytest.fixture
def told() -> list[str]:
    """What the watcher says."""
    return []


@pytest.fixture
def watcher(api_server: Any, cluster: Cluster, told: list[str]) -> Watcher:
    """A watcher of a service that was just applied."""
    metadata = {"name": "shop", "namespace": "shop", "generation": 2}
    spec = {"serveConfigV2": CONFIG}
    api_server.put("ray.io/v1", "rayservices", {"metadata": metadata, "spec": spec})
    return Watcher(cluster, "shop", "shop", QUICK, told.append)


def words(told: list[str]) -> Iterator[str]:
    """Yields the lines without their times."""
    yield from (line.partition("] ")[2] for line in told)


def event(name: str, reason: str, minutes_ago: int = 0) -> dict[str, Any]:
    """Returns a warning about a RayCluster."""
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago) + timedelta(seconds=5)
    return {
        "metadata": {"name": f"{name}.{reason}", "namespace": "shop"},
        "type": "Warning",
        "reason": reason,
        "message": "quota exceeded",
        "lastTimestamp": at.isoformat(),
        "involvedObject": {"kind": "RayCluster", "name": name},
    }


def test_an_upgrade_is_told_from_the_pending_cluster_to_the_switch(
    api_server: Any, watcher: Watcher, told: list[str], statuses: Any
) -> None:
    """Each sentence when it becomes true, in the order of the rollout."""
    old = statuses.cluster("shop-old", head=True, workers=2, app="RUNNING")
    stages = [
        statuses.service(old, ready="NonZeroServeEndpoints", observed=1),
        *(
            statuses.service(old, pending, ready="NonZeroServeEndpoints", observed=1)
            for pending in (
                statuses.cluster("shop-new"),
                statuses.cluster("shop-new", head=True),
                statuses.cluster("shop-new", head=True, app="DEPLOYING"),
                statuses.cluster("shop-new", head=True, app="RUNNING"),
            )
        ),
        statuses.done("shop-new"),
    ]
    api_server.statuses = stages
    assert watcher.wait().snapshot.endpoints == 2
    expected = [
        "generation 2: the operator is working on it (done: 1)",
        "pending cluster shop-new: created",
        "pending cluster shop-new: head ready",
        "application app: DEPLOYING (Model UPDATING)",
        "application app: RUNNING (Model HEALTHY)",
        "switched: the Services point to shop-new instead of shop-old",
    ]
    found = [line for line in words(told) if line in expected]
    assert list(dict.fromkeys(reversed(found))) == expected[::-1]


def test_a_failed_deployment_ends_with_its_traceback(
    api_server: Any, watcher: Watcher, told: list[str], statuses: Any
) -> None:
    """The reason in the error, the lines that show it before."""
    message = "Traceback:\n  File a.py\nImportError: no module named shop"
    failed = statuses.cluster("shop-new", head=True, app="DEPLOY_FAILED", message=message)
    api_server.statuses = [statuses.service(failed)]
    with pytest.raises(RolloutFailedError, match="application app: DEPLOY_FAILED"):
        watcher.wait()
    assert "    ImportError: no module named shop" in told


def test_a_failure_that_passes_is_no_failure(
    api_server: Any, watcher: Watcher, statuses: Any
) -> None:
    """Right after an apply the status still shows the last one's failure."""
    watcher.times = WaitTimes(timeout_s=30, poll_s=0.01, settle_s=0.05, failing_s=20)
    stale = statuses.service(ready="ValidationFailed", observed=1)
    api_server.statuses = [stale, stale, statuses.done()]
    assert watcher.wait().snapshot.ready.is_true


def test_a_crash_is_shown_by_its_log(
    api_server: Any, watcher: Watcher, told: list[str], statuses: Any
) -> None:
    """The last lines that the container wrote."""
    state = {"waiting": {"reason": "CrashLoopBackOff"}}
    labels = {"ray.io/cluster": "shop-new", "ray.io/node-type": "head"}
    status = {"containerStatuses": [{"name": "ray-head", "state": state}]}
    metadata = {"name": "shop-new-head", "namespace": "shop", "labels": labels}
    api_server.put("v1", "pods", {"metadata": metadata, "status": status})
    api_server.logs["shop-new-head"] = "bash: ray: command not found\n"
    api_server.statuses = [statuses.service(statuses.cluster("shop-new"))]
    with pytest.raises(RolloutFailedError, match="CrashLoopBackOff"):
        watcher.wait()
    assert "    bash: ray: command not found" in told


def test_warnings_of_this_rollout_are_told_once(
    api_server: Any, watcher: Watcher, told: list[str], statuses: Any
) -> None:
    """Not those of other objects, of other times, nor what is normal while a head starts."""
    for name, reason, age in (
        ("shop-new", "FailedToCreateWorkerPod", 0),
        ("shop-new", "FailedToUpdateServeApplications", 0),
        ("shop-new", "Old", 60),
        ("other", "Foreign", 0),
    ):
        api_server.put("v1", "events", event(name, reason, age))
    api_server.statuses = [statuses.done()]
    watcher.wait()
    warnings = [line for line in words(told) if line.startswith("warning")]
    assert warnings == ["warning: RayCluster/shop-new: FailedToCreateWorkerPod: quota exceeded"]


def frozen(api_server: Any, statuses: Any) -> None:
    """Plays a pending head that the operator cannot ask: it never writes that it is ready."""
    old = statuses.cluster("shop-old", head=True, workers=2, app="RUNNING")
    pending = statuses.cluster("shop-new")
    api_server.statuses = [statuses.service(old, pending, ready="NonZeroServeEndpoints")]
    ready = statuses.cluster("shop-new", head=True)["rayClusterStatus"]
    metadata = {"name": "shop-new", "namespace": "shop"}
    api_server.put("ray.io/v1", "rayclusters", {"metadata": metadata, "status": ready})


def test_a_rollout_that_stays_frozen_is_told(
    api_server: Any, watcher: Watcher, told: list[str], statuses: Any
) -> None:
    """The RayCluster says that its head is ready, the RayService's copy of it never does."""
    watcher.times = WaitTimes(0.5, poll_s=0.01, settle_s=1, failing_s=1, frozen_s=0.1)
    frozen(api_server, statuses)
    with pytest.raises(RolloutTimeoutError, match="kubectl delete raycluster shop-new"):
        watcher.wait()
    assert "pending cluster shop-new: head ready" in words(told)
    assert sum("warning: the pending head is ready" in line for line in told) == 1


def test_a_dashboard_that_is_only_starting_is_no_frozen_rollout(
    api_server: Any, watcher: Watcher, told: list[str], statuses: Any
) -> None:
    """For the first two minutes."""
    watcher.times = WaitTimes(0.3, poll_s=0.01, settle_s=1, failing_s=1)
    frozen(api_server, statuses)
    with pytest.raises(RolloutTimeoutError):
        watcher.wait()
    assert not any("warning" in line for line in told)


def test_time_runs_out_with_the_reasons(api_server: Any, watcher: Watcher, statuses: Any) -> None:
    """What is still missing, in the error."""
    watcher.times = WaitTimes(timeout_s=0, poll_s=0.01, settle_s=1, failing_s=1)
    api_server.statuses = [statuses.service(statuses.cluster("shop-new"))]
    with pytest.raises(RolloutTimeoutError, match="application app is not deployed yet"):
        watcher.wait()


def test_a_server_that_is_away_for_a_moment_is_waited_for(
    api_server: Any, watcher: Watcher, told: list[str], statuses: Any
) -> None:
    """An API server restarts during upgrades of the control plane."""
    away = threading.Event()
    answer = api_server.answer

    def flaky(*request: Any) -> Any:
        if not away.is_set():
            away.set()
            refusal = vars(__import__("sys").modules[type(api_server).__module__])["Refusal"]
            raise refusal(503, "the control plane is being upgraded")
        return answer(*request)

    api_server.statuses = [statuses.done()]
    watcher.cluster.kind("ray.io/v1", "RayService")
    api_server.answer = flaky
    assert watcher.wait().snapshot.ready.is_true
    assert any("does not answer, trying again" in line for line in told)
