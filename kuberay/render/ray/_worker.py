"""The worker group: the pods that hold replicas and answer requests."""

from __future__ import annotations

from kuberay.quantity import cpus_text, memory_text
from kuberay.render.commented import Commented, Object
from kuberay.render.names import WORKER, Names
from kuberay.render.pod import RAY_MOUNTS, container, resources, spread
from kuberay.render.ports import worker_ports
from kuberay.render.ray._pod import ray_pod
from kuberay.render.ray.environment import worker_environment
from kuberay.settings import DeployFile, Plan

GROUP = "serve"
MODELS_FOLDER = "/models"
_READINESS: Object = {
    "httpGet": {"path": "/-/healthz", "port": "serve"},
    "initialDelaySeconds": 0,
    "periodSeconds": 1,
    "timeoutSeconds": 2,
    "failureThreshold": 1,
}


def worker_group(deploy: DeployFile, plan: Plan) -> Object:
    names, workers = Names.of(deploy), deploy.workers
    claim: Object = {"claimName": workers.models_claim, "readOnly": True}
    models: Object = {"name": "models", "persistentVolumeClaim": claim}
    pod = ray_pod(
        deploy, workers, names.worker_account,
        token=Commented("workers never call the API server", value=False),
        grace=Commented(
            "longer than the drain; there is no preStop: Ray drains on SIGTERM, and `ray stop` "
            "before it would cut requests off",
            plan.grace_s,
        ),
        apart={"topologySpreadConstraints": spread(names, WORKER)},
        container=_container(deploy, plan),
        volumes=(models,) if workers.models_claim else (),
    )  # fmt: skip
    return {
        "groupName": GROUP,
        "replicas": Commented(
            "equal to minReplicas: the autoscaler owns the number from the first minute on",
            plan.min_workers,
        ),
        "minReplicas": Commented(
            "a change of minReplicas or maxReplicas alone does not reach a running cluster",
            plan.min_workers,
        ),
        "maxReplicas": plan.max_workers,
        "numOfHosts": 1,
        "rayStartParams": {
            "num-cpus": Commented(
                f"room for {workers.replicas_per_worker} replicas; what the pod requests "
                "beyond it is for the raylet and HAProxy",
                str(plan.ray_cpus_per_worker),
            ),
            "object-store-memory": str(workers.object_store_memory),
        },
        "template": {"metadata": {"labels": names.labels(WORKER)}, "spec": pod},
    }


def _container(deploy: DeployFile, plan: Plan) -> Object:
    workers = deploy.workers
    models: Object = {"name": "models", "mountPath": MODELS_FOLDER, "readOnly": True}
    memory = memory_text(plan.worker_memory_bytes)
    limits = Commented(
        "memory as requested, so that a neighbour cannot have it; no limit of CPU: throttling "
        "is paid in tail latency, and Ray counts num-cpus",
        {"memory": memory},
    )
    cpu, disk = cpus_text(plan.worker_cpus), workers.ephemeral_storage
    return container(
        "ray-worker",
        deploy.image,
        ports=worker_ports(deploy),
        env=worker_environment(deploy, plan),
        readinessProbe=Commented(
            "KubeRay's own runs wget in bash and takes 5 s to notice; every second, because the "
            "Service follows it when a pod drains. A pod without a replica is never ready",
            _READINESS,
        ),
        resources=resources(cpu, memory, disk=disk, limits=limits),
        mounts=[*RAY_MOUNTS, *([models] if workers.models_claim else [])],
    )
