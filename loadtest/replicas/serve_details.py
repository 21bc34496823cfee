"""What Ray Serve says of a deployment: `GET /api/serve/applications/` of Ray 2.60."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.json_types import JsonObject
from loadtest.errors import ReplicasError
from loadtest.record.observations import Replica, ReplicaStateName

PATH = "/api/serve/applications/"
# Ray's states; RECOVERING and PENDING_MIGRATION replicas still take requests.
_STATES: dict[str, ReplicaStateName] = {
    "STARTING": "starting",
    "UPDATING": "updating",
    "RECOVERING": "running",
    "RUNNING": "running",
    "PENDING_MIGRATION": "running",
    "STOPPING": "stopping",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentDetails:
    """One deployment at one moment."""

    application: str
    deployment: str
    target: int
    """Replicas that Ray Serve wants."""
    replicas: tuple[Replica, ...]
    pids: Mapping[str, int]
    """Process of each replica that has one, on its own node."""
    proxies: Mapping[str, str]
    """State of each node's proxy."""
    config: JsonObject
    """Its configuration as Ray Serve applies it, `autoscaling_config` included."""
    message: str
    """What Ray Serve has to say, of a failed start for one; mostly empty."""


def details_of(document: JsonObject, application: str, deployment: str) -> DeploymentDetails:
    """Takes the only application, or the deployment that gets the requests, where no name is given.

    Raises:
        ReplicasError: There is none of that name, or several to choose from.
    """
    try:
        found = _application(document["applications"], application)
        chosen = _deployment(found, deployment)
        return _details(document, str(found["name"]), chosen)
    except (KeyError, TypeError, AttributeError) as exc:
        raise ReplicasError(
            f"Ray Serve's details have another form than Ray 2.60's: {exc!r}"
        ) from exc


def _application(applications: Mapping[str, JsonObject], name: str) -> JsonObject:
    names = ", ".join(sorted(applications)) or "none"
    if name and name not in applications:
        raise ReplicasError(f"Ray Serve has no application {name}; it has: {names}")
    if not name and len(applications) != 1:
        raise ReplicasError(f"choose one with replicas.application; Ray Serve has: {names}")
    return applications[name] if name else next(iter(applications.values()))


def _deployment(application: JsonObject, name: str) -> JsonObject:
    deployments: Mapping[str, JsonObject] = application["deployments"]
    topology = application.get("deployment_topology") or {}
    chosen = name or topology.get("ingress_deployment") or next(iter(deployments), "")
    if chosen not in deployments:
        names = ", ".join(sorted(deployments)) or "none yet"
        raise ReplicasError(
            f"application {application['name']} has no deployment {chosen!r}; it has: {names}"
        )
    return deployments[chosen]


def _details(document: JsonObject, application: str, deployment: JsonObject) -> DeploymentDetails:
    replicas = [replica for replica in deployment["replicas"] if replica["state"] in _STATES]
    return DeploymentDetails(
        application=application,
        deployment=deployment["name"],
        target=deployment["target_num_replicas"],
        replicas=tuple(
            Replica(
                replica_id=replica["replica_id"],
                state=_STATES[replica["state"]],
                node_id=replica.get("node_id") or "",
            )
            for replica in replicas
        ),
        # A replica that is being placed has neither node nor process.
        pids={r["replica_id"]: r["pid"] for r in replicas if r.get("pid")},
        proxies={node: proxy["status"] for node, proxy in document["proxies"].items()},
        config=deployment["deployment_config"],
        message=deployment["message"],
    )
