"""Statuses of the shapes that the real operator writes, and a connection to the test server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kuberay.cluster.connection import Cluster, connect

Status = dict[str, Any]


class Statuses:
    """Builds the status of a RayService at the stages of a rollout."""

    @staticmethod
    def cluster(
        name: str, *, head: bool = False, workers: int = 0, app: str = "", message: str = ""
    ) -> Status:
        """Returns an activeServiceStatus or pendingServiceStatus."""
        healthy = "HEALTHY" if app == "RUNNING" else "UPDATING"
        application = {
            "status": app,
            "message": message,
            "serveDeploymentStatuses": {"Model": {"status": healthy}},
        }
        head_ready = {"type": "HeadPodReady", "status": str(head), "reason": "r", "message": ""}
        return {
            "rayClusterName": name,
            "applicationStatuses": {"app": application} if app else {},
            "rayClusterStatus": {
                "conditions": [head_ready],
                "desiredWorkerReplicas": 2,
                "readyWorkerReplicas": workers,
            },
        }

    @staticmethod
    def service(
        active: Status | None = None,
        pending: Status | None = None,
        *,
        ready: str = "Initializing",
        observed: int | str = "newest",
        message: str = "",
    ) -> Status:
        """Returns a whole status; `ready` is the reason of the condition Ready."""
        is_ready = "True" if ready == "NonZeroServeEndpoints" else "False"
        empty = {"rayClusterStatus": {"desiredCPU": "0", "head": {}}}  # as the operator leaves it
        return {
            "observedGeneration": observed,
            "numServeEndpoints": 2 if is_ready == "True" else 0,
            "activeServiceStatus": active or empty,
            "pendingServiceStatus": pending or empty,
            "conditions": [
                {"type": "Ready", "status": is_ready, "reason": ready, "message": message},
                {"type": "UpgradeInProgress", "status": str(bool(pending)), "reason": "r"},
            ],
        }

    def done(self, name: str = "shop-new") -> Status:
        """Returns the status when all is well."""
        active = self.cluster(name, head=True, workers=2, app="RUNNING")
        return self.service(active, ready="NonZeroServeEndpoints")


@pytest.fixture
def statuses() -> Statuses:
    """Builds statuses."""
    return Statuses()


@pytest.fixture
def cluster(kubeconfig: Path) -> Cluster:
    """A connection to the test server."""
    assert kubeconfig.exists()
    return connect(None, None)
