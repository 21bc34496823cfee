"""Whether the replicas that Serve may ask for fit the pods that the cluster may have."""

from __future__ import annotations

from decimal import Decimal

from kuberay.validate.rayservice import Deployment, Group, RayService, ServeConfig
from kuberay.validate.rule import Findings, error, warning

REPLICA_TOO_LARGE = error(
    "runtime/replica-too-large", "a replica that fits into one pod of some group",
    "The replica stays pending and the application DEPLOYING for ever.",
    "lower num_cpus or memory, or enlarge the pods; the head counts only with num-cpus above 0",
)  # fmt: skip
TOO_FEW_PODS = error(
    "runtime/max-replicas-fit",
    "worker groups whose maxReplicas hold max_replicas of all deployments",
    "The replicas beyond stay pending: Serve scales out and nothing comes.",
    "raise maxReplicas or the pods' CPUs, or lower max_replicas",
)  # fmt: skip
NO_MAXIMUM = warning(
    "runtime/max-replicas-missing", "an explicit maxReplicas",
    "The CRD's default is 2147483647 pods.", "set maxReplicas to what you are ready to pay",
)  # fmt: skip
START_SIZE = warning(
    "runtime/replicas-not-min", "replicas equal to minReplicas",
    "With the autoscaler on, replicas is only the size at the start; tools that compare it with "
    "the cluster fight the autoscaler.", "make them equal",
)  # fmt: skip
NO_MEMORY_LIMIT = warning(
    "runtime/memory-limit", "resources.limits.memory in the Ray container",
    "Ray's memory and /dev/shm are sized from the limit only; without it Ray takes the node's.",
    "set the limit equal to the request",
)  # fmt: skip
MEMORY_REQUEST = warning(
    "runtime/memory-request", "a memory request equal to the limit",
    "A pod above its request is the first that a full node evicts.", "make them equal",
)  # fmt: skip
NO_CPU = warning(
    "runtime/cpu-unknown", "a CPU limit or request in the Ray container",
    "Without one Ray counts the node's CPUs and places too many replicas.", "set limits.cpu",
)  # fmt: skip
FRACTIONAL_CPU = warning(
    "runtime/cpu-fraction", "a whole number of CPUs",
    "KubeRay rounds it up: Ray would place more than the container gets.", "use a whole number",
)  # fmt: skip
HEAD_WORKS = warning(
    "runtime/head-num-cpus", 'rayStartParams num-cpus: "0" on the head',
    "Replicas may land on the head and starve the control plane; they cannot move when it drains.",
    'add num-cpus: "0" to the head\'s rayStartParams',
)  # fmt: skip


def check(service: RayService) -> Findings:
    for group in service.groups:
        yield from _pod_size(group)
    for group in service.workers if service.autoscaling else ():
        yield from _bounds(group)
    if service.workers and service.head.cpus != 0:
        yield HEAD_WORKS.at(service.head.start_params["num-cpus"])
    if service.serve is not None:
        yield from _fit(service, service.serve)


def _pod_size(group: Group) -> Findings:
    if not group.container:
        return
    resources = group.container["resources"]
    limit, request = resources.at("limits", "memory"), resources.at("requests", "memory")
    if not limit:
        yield NO_MEMORY_LIMIT.at(limit)
    elif request and request.value != limit.value:
        yield MEMORY_REQUEST.at(request, f"{request.value}, limit {limit.value}")
    cpus = group.resource("cpu")
    if cpus is None and group.cpus is None:
        yield NO_CPU.at(resources)
    elif cpus is not None and cpus != int(cpus) and not group.start_params["num-cpus"]:
        yield FRACTIONAL_CPU.at(resources.at("limits", "cpu"), str(cpus.normalize()))


def _bounds(group: Group) -> Findings:
    if group.max_replicas == group.UNLIMITED_REPLICAS:
        yield NO_MAXIMUM.at(group.node["maxReplicas"])
    replicas = group.node["replicas"]
    if (replicas.integer or 0) != group.min_replicas:
        came = f"replicas {replicas.integer or 0}, minReplicas {group.min_replicas}"
        yield START_SIZE.at(replicas, came)


def _fit(service: RayService, serve: ServeConfig) -> Findings:
    wanted = Decimal(0)
    oversized = False
    for deployment in serve.deployments:
        if not any(_holds(group, deployment) for group in service.groups):
            oversized = True
            came = f"{deployment.name}: {_size(deployment)}"
            yield REPLICA_TOO_LARGE.at(deployment.node["ray_actor_options"], came)
        wanted += deployment.cpus * (deployment.most_replicas or 0)
    if not oversized:
        yield from _total(service, serve, wanted)


def _holds(group: Group, deployment: Deployment) -> bool:
    cpus, memory = group.cpus, group.memory_bytes
    if (
        group.max_replicas <= 0
        or deployment.gpus > group.gpus
        or (cpus is not None and deployment.cpus > cpus)
    ):
        return False
    return memory is None or deployment.memory_bytes <= memory


def _size(deployment: Deployment) -> str:
    gpus = f", {deployment.gpus:g} GPUs" if deployment.gpus else ""
    memory = f", {int(deployment.memory_bytes)} bytes" if deployment.memory_bytes else ""
    return f"{deployment.cpus} CPUs{gpus}{memory}"


def _total(service: RayService, serve: ServeConfig, wanted: Decimal) -> Findings:
    if any(group.cpus is None for group in service.groups):
        return
    pods = {group.name: _most(service, group) * (group.cpus or 0) for group in service.groups}
    offered = sum(pods.values())
    if wanted > offered:
        came = f"{wanted} CPUs for all replicas, {offered} in all pods"
        yield TOO_FEW_PODS.at(serve.root["applications"], came)
        return
    for deployment in serve.deployments:
        room = _room(service, deployment)
        if room is not None and (deployment.most_replicas or 0) > room:
            came = f"{deployment.most_replicas} replicas of {deployment.name}, room for {room}"
            bound = deployment.autoscaling["max_replicas"] or deployment.node["num_replicas"]
            yield TOO_FEW_PODS.at(bound, came)


def _most(service: RayService, group: Group) -> int:
    if group.is_head:
        return 1
    replicas = group.max_replicas if service.autoscaling else group.replicas
    return replicas * group.hosts


def _room(service: RayService, deployment: Deployment) -> int | None:
    """How many replicas fit when nothing else runs: pods do not share a replica."""
    if not (deployment.cpus or deployment.gpus or deployment.memory_bytes):
        return None
    return sum(
        _most(service, group) * _per_pod(group, deployment)
        for group in service.groups
        if _holds(group, deployment)
    )


def _per_pod(group: Group, deployment: Deployment) -> int:
    limits = []
    if deployment.cpus:
        limits.append(int((group.cpus or 0) / deployment.cpus))
    if deployment.gpus:
        limits.append(int(group.gpus / deployment.gpus))
    if deployment.memory_bytes and group.memory_bytes is not None:
        limits.append(int(group.memory_bytes / deployment.memory_bytes))
    most = deployment.node["max_replicas_per_node"].integer
    return min([*limits, most] if most else limits)
