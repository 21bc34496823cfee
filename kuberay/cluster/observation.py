"""One look at everything that a rollout consists of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from foundation.json_types import JsonObject
from kuberay.cluster._events import Event, warnings_since
from kuberay.cluster._pods import PodProblem, problems_of
from kuberay.cluster.connection import RAY_API, Cluster
from kuberay.cluster.snapshot import Snapshot, snapshot_of
from kuberay.errors import DeniedError, MissingError

CLUSTER_LABEL = "ray.io/cluster"


@dataclass(frozen=True, slots=True)
class Observation:
    """The service, the pods of its clusters and their warnings at one moment."""

    snapshot: Snapshot
    wanted: tuple[str, ...]
    pods: tuple[JsonObject, ...]
    warnings: tuple[Event, ...]

    @property
    def problems(self) -> list[PodProblem]:
        return problems_of(self.pods)

    def pods_of(self, cluster: str) -> list[JsonObject]:
        return [
            pod
            for pod in self.pods
            if pod["metadata"]["labels"].get(CLUSTER_LABEL) == cluster
            and not pod["metadata"].get("deletionTimestamp")
        ]


def observe(cluster: Cluster, namespace: str, name: str, since: datetime) -> Observation:
    """Raises a MissingError where there is no such RayService."""
    service = cluster.get(RAY_API, "RayService", name, namespace)
    if service is None:
        hint = "`bqml-kuberay apply` makes it; check --namespace"
        raise MissingError(f"no RayService/{name} in the namespace {namespace}", hint=hint)
    snapshot = snapshot_of(with_cluster_statuses(cluster, service))
    names = [ray_cluster.name for ray_cluster in snapshot.clusters]
    labels = f"{CLUSTER_LABEL} in ({','.join(names)})"
    pods = cluster.find("v1", "Pod", namespace, labels=labels) if names else []
    warnings = _warnings(cluster, namespace, name, since)
    return Observation(snapshot, _wanted(service), tuple(pods), tuple(warnings))


def with_cluster_statuses(cluster: Cluster, service: JsonObject) -> JsonObject:
    """Returns a RayService whose status has what its RayClusters say of themselves.

    The operator copies a cluster's status only when something else of the service's changes: a head
    that is ready, and workers that the autoscaler added, may not be in it for ever.
    """
    status = dict(service.get("status") or {})
    for key in ("activeServiceStatus", "pendingServiceStatus"):
        part = status.get(key) or {}
        fresh = _cluster_status(cluster, service, part.get("rayClusterName") or "")
        if fresh:
            status[key] = {**part, "rayClusterStatus": fresh}
    return {**service, "status": status}


def _cluster_status(cluster: Cluster, service: JsonObject, name: str) -> JsonObject:
    namespace = service["metadata"].get("namespace", "")
    try:
        found = cluster.get(RAY_API, "RayCluster", name, namespace) if name else None
    except DeniedError:
        return {}  # who may apply a RayService need not be allowed to read its clusters
    status: JsonObject = (found or {}).get("status") or {}
    return status


def _warnings(cluster: Cluster, namespace: str, name: str, since: datetime) -> list[Event]:
    try:
        return warnings_since(cluster, namespace, [name], since)  # clusters are named after it
    except DeniedError:
        return []  # who may apply need not be allowed to list events


def _wanted(service: JsonObject) -> tuple[str, ...]:
    import yaml

    text = (service.get("spec") or {}).get("serveConfigV2") or ""
    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError:
        return ()
    applications = config.get("applications") if isinstance(config, dict) else None
    return tuple(str(a.get("name", "default")) for a in applications or () if isinstance(a, dict))
