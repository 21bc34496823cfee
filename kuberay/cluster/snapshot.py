"""A RayService's status, read at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from foundation.json_types import JsonObject
from kuberay.cluster._conditions import Condition, conditions_of

RUNNING, HEALTHY, DEPLOY_FAILED = "RUNNING", "HEALTHY", "DEPLOY_FAILED"


@dataclass(frozen=True, slots=True)
class Application:
    """A Serve application as the operator last saw it."""

    name: str
    status: str
    message: str
    deployments: Mapping[str, str]
    deployment_messages: Mapping[str, str]

    @property
    def is_serving(self) -> bool:
        return self.status == RUNNING and all(s == HEALTHY for s in self.deployments.values())


@dataclass(frozen=True, slots=True)
class RayCluster:
    """The active or the pending cluster of the service."""

    name: str
    head_is_ready: bool
    desired_workers: int
    failure: str
    applications: Mapping[str, Application]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The service at one moment.

    `observed` stays behind `generation` until the operator has worked through the newest spec; it
    stays behind for ever when the spec is invalid, or when the rollout is frozen.
    """

    name: str
    namespace: str
    generation: int
    observed: int
    ready: Condition
    is_suspended: bool
    endpoints: int
    active: RayCluster | None
    pending: RayCluster | None
    conditions: Mapping[str, Condition] = field(default_factory=dict)

    @property
    def is_observed(self) -> bool:
        return self.observed >= self.generation

    @property
    def is_refused(self) -> bool:
        """The reason stays after the spec was mended, until there is an endpoint."""
        is_stale = self.is_observed and self.endpoints == 0
        return self.ready.reason == "ValidationFailed" and not is_stale

    @property
    def target(self) -> RayCluster | None:
        return self.pending or self.active

    @property
    def clusters(self) -> tuple[RayCluster, ...]:
        return tuple(cluster for cluster in (self.active, self.pending) if cluster)


def snapshot_of(service: JsonObject) -> Snapshot:
    metadata, status = service["metadata"], service.get("status") or {}
    conditions = conditions_of(status)
    return Snapshot(
        name=metadata["name"],
        namespace=metadata.get("namespace", ""),
        generation=int(metadata.get("generation", 0)),
        observed=int(status.get("observedGeneration") or 0),
        ready=conditions.get("Ready", Condition()),
        is_suspended=bool((service.get("spec") or {}).get("suspend")),
        endpoints=int(status.get("numServeEndpoints") or 0),
        active=_cluster(status.get("activeServiceStatus")),
        pending=_cluster(status.get("pendingServiceStatus")),
        conditions=conditions,
    )


def _cluster(status: JsonObject | None) -> RayCluster | None:
    # The operator leaves an empty pending status behind when there is no pending cluster.
    if not status or not status.get("rayClusterName"):
        return None
    ray = status.get("rayClusterStatus") or {}
    conditions = conditions_of(ray)
    failure = conditions.get("RayClusterReplicaFailure", Condition())
    return RayCluster(
        name=status["rayClusterName"],
        head_is_ready=conditions.get("HeadPodReady", Condition()).is_true,
        desired_workers=int(ray.get("desiredWorkerReplicas") or 0),
        failure=failure.message if failure.is_true else str(ray.get("reason") or ""),
        applications={
            name: _application(name, app or {})
            for name, app in (status.get("applicationStatuses") or {}).items()
        },
    )


def _application(name: str, status: JsonObject) -> Application:
    deployments = status.get("serveDeploymentStatuses") or {}
    return Application(
        name,
        str(status.get("status") or "NOT_STARTED"),
        str(status.get("message") or ""),
        {key: str(value.get("status") or "") for key, value in deployments.items()},
        {key: str(value.get("message") or "") for key, value in deployments.items()},
    )
