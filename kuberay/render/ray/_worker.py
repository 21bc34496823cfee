"""The worker group: the pods that hold replicas and answer requests."""

from __future__ import annotations

from kuberay.quantity import cpus_text, memory_text
from kuberay.render.commented import Commented, Object, Tree
from kuberay.render.names import WORKER, Names
from kuberay.render.pod import (
    container_security,
    placement,
    pod_security,
    pull_secrets,
    ray_mounts,
    ray_volumes,
    spread,
)
from kuberay.render.ports import worker_ports
from kuberay.render.ray.environment import worker_environment
from kuberay.settings.deploy_file import DeployFile
from kuberay.settings.plan import Plan

GROUP = "serve"
MODELS_FOLDER = "/models"


def worker_group(deploy: DeployFile, plan: Plan) -> Object:
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
                f"room for {deploy.workers.replicas_per_worker} replicas; what the pod requests "
                "beyond it is for the raylet and HAProxy",
                str(plan.ray_cpus_per_worker),
            ),
            "object-store-memory": str(deploy.workers.object_store_memory),
        },
        "template": {
            "metadata": {"labels": Names.of(deploy).labels(WORKER)},
            "spec": _pod(deploy, plan),
        },
    }


def _pod(deploy: DeployFile, plan: Plan) -> Object:
    names = Names.of(deploy)
    workers = deploy.workers
    return {
        "serviceAccountName": names.worker_account,
        "automountServiceAccountToken": Commented("workers never call the API server", value=False),
        **pull_secrets(deploy),
        "terminationGracePeriodSeconds": Commented(
            "longer than the drain; there is no preStop: Ray drains on SIGTERM, and `ray stop` "
            "before it would cut requests off",
            plan.grace_s,
        ),
        "securityContext": pod_security(),
        **placement(workers),
        "topologySpreadConstraints": spread(names, WORKER),
        "containers": [_container(deploy, plan)],
        "volumes": [
            *ray_volumes(workers.ephemeral_storage, workers.object_store_memory),
            *_models_volume(workers.models_claim),
        ],
    }


def _models_volume(claim: str) -> list[Tree]:
    source: Object = {"claimName": claim, "readOnly": True}
    return [{"name": "models", "persistentVolumeClaim": source}] if claim else []


def _container(deploy: DeployFile, plan: Plan) -> Object:
    serve = deploy.serve
    models: Object = {"name": "models", "mountPath": MODELS_FOLDER, "readOnly": True}
    return {
        "name": "ray-worker",
        "image": deploy.image,
        "imagePullPolicy": "IfNotPresent",
        "ports": worker_ports(grpc=serve.grpc.enabled, haproxy=serve.http.haproxy),
        "env": worker_environment(deploy, plan),
        "readinessProbe": Commented(
            "KubeRay's own runs wget in bash and takes 5 s to notice; every second, because the "
            "Service follows it when a pod drains. A pod without a replica is never ready",
            _readiness(),
        ),
        "resources": _resources(deploy, plan),
        "securityContext": container_security(),
        "volumeMounts": [*ray_mounts(), *([models] if deploy.workers.models_claim else [])],
    }


def _readiness() -> Object:
    return {
        "httpGet": {"path": "/-/healthz", "port": "serve"},
        "initialDelaySeconds": 0,
        "periodSeconds": 1,
        "timeoutSeconds": 2,
        "failureThreshold": 1,
    }


def _resources(deploy: DeployFile, plan: Plan) -> Object:
    memory = memory_text(plan.worker_memory_bytes)
    cpu = cpus_text(plan.worker_cpus)
    return {
        "requests": {
            "cpu": cpu,
            "memory": memory,
            "ephemeral-storage": memory_text(deploy.workers.ephemeral_storage),
        },
        "limits": Commented(
            "memory as requested, so that a neighbour cannot have it; no limit of CPU: throttling "
            "is paid in tail latency, and Ray counts num-cpus",
            {"memory": memory},
        ),
    }
