"""What is the case right now, in words. The watcher prints each sentence once."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.cli.output import counted
from kuberay.cluster._pods import is_ready, is_starting, role_of
from kuberay.cluster.observation import Observation
from kuberay.cluster.snapshot import Application, RayCluster, Snapshot


def sentences(now: Observation) -> Iterator[str]:
    snapshot = now.snapshot
    yield from _acceptance(snapshot)
    for ray_cluster, role in _clusters(snapshot):
        yield from _cluster(now, ray_cluster, role)
    yield from (problem.sentence for problem in now.problems)
    yield from _endpoints(snapshot)


def _clusters(snapshot: Snapshot) -> Iterator[tuple[RayCluster, str]]:
    if snapshot.active:
        yield snapshot.active, "active"
    if snapshot.pending:
        yield snapshot.pending, "pending"


def _acceptance(snapshot: Snapshot) -> Iterator[str]:
    if snapshot.is_suspended:
        yield "suspended: the operator deletes the clusters and Services"
    if not snapshot.is_observed:
        yield (
            f"generation {snapshot.generation}: the operator is working on it "
            f"(done: {snapshot.observed})"
        )
    if snapshot.is_refused:
        yield f"the operator refuses the spec: {snapshot.ready.message}"
    rollback = snapshot.conditions.get("RollbackInProgress")
    if rollback and rollback.is_true:
        yield "an incremental upgrade is going back"


def _cluster(now: Observation, ray_cluster: RayCluster, role: str) -> Iterator[str]:
    title = f"{role} cluster {ray_cluster.name}"
    yield f"{title}: created" if role == "pending" else f"{title}"
    if ray_cluster.failure:
        yield f"{title}: {ray_cluster.failure}"
    pods = now.pods_of(ray_cluster.name)
    for kind in ("head", "worker"):
        starting = sum(is_starting(pod) for pod in pods if role_of(pod) == kind)
        if starting:
            yield f"{title}: {counted(starting, f'{kind} pod')} pulling images or mounting volumes"
    if ray_cluster.head_is_ready:
        yield f"{title}: head ready"
    ready = sum(is_ready(pod) for pod in pods if role_of(pod) == "worker")
    workers = ray_cluster.desired_workers
    if workers and ray_cluster.head_is_ready:
        idle = " (one that holds no replica is not ready by design)" if ready < workers else ""
        yield f"{title}: {ready} of {workers} workers ready{idle}"
    # While both clusters exist the operator no longer updates the active one's applications.
    if role == "pending" or now.snapshot.pending is None:
        yield from (_application(app) for app in ray_cluster.applications.values())


def _application(application: Application) -> str:
    parts = ", ".join(f"{name} {status}" for name, status in application.deployments.items())
    text = f"application {application.name}: {application.status}"
    return f"{text} ({parts})" if parts else text


def _endpoints(snapshot: Snapshot) -> Iterator[str]:
    if snapshot.ready.is_true or snapshot.endpoints:
        yield f"serve Service: {counted(snapshot.endpoints, 'ready endpoint')}"
    elif snapshot.active and snapshot.ready.reason == "ZeroServeEndpoints":
        yield "serve Service: no ready endpoint; new connections are refused"
