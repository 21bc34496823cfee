"""The head: Ray's control store, Serve's controller, the autoscaler. No replica, no traffic."""

from __future__ import annotations

from kuberay.quantity import cpus_text, memory_text
from kuberay.render.commented import Commented, Object
from kuberay.render.names import HEAD, WORKER, Names
from kuberay.render.pod import (
    away_from,
    container_security,
    placement,
    pod_security,
    pull_secrets,
    ray_mounts,
    ray_volumes,
)
from kuberay.render.ports import head_ports
from kuberay.render.ray.environment import head_environment
from kuberay.render.ray.serve_config import options_digest
from kuberay.settings.deploy_file import DeployFile
from kuberay.settings.plan import Plan

OPTIONS_DIGEST = "bqml-kuberay/serve-options-digest"


def head_group(deploy: DeployFile, plan: Plan) -> Object:
    return {
        "serviceType": "ClusterIP",
        "rayStartParams": {
            "num-cpus": Commented(
                "no replica is ever placed here: the head is all that a cluster has only one of",
                "0",
            ),
            "object-store-memory": str(deploy.head.object_store_memory),
        },
        "template": {"metadata": _metadata(deploy, plan), "spec": _pod(deploy, plan)},
    }


def _metadata(deploy: DeployFile, plan: Plan) -> Object:
    return {
        "labels": Names.of(deploy).labels(HEAD),
        "annotations": {
            OPTIONS_DIGEST: Commented(
                "Serve takes the options of its ports only when it starts; another digest makes "
                "KubeRay start a new cluster",
                options_digest(deploy, plan),
            ),
            "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
        },
    }


def _pod(deploy: DeployFile, plan: Plan) -> Object:
    names = Names.of(deploy)
    head = deploy.head
    return {
        "serviceAccountName": names.head_account,
        "automountServiceAccountToken": Commented(
            "the autoscaler changes the RayCluster through the API server", value=True
        ),
        **pull_secrets(deploy),
        "terminationGracePeriodSeconds": plan.grace_s,
        "securityContext": pod_security(),
        **placement(head),
        "affinity": Commented(
            "a lost node should not take the head and replicas with it", away_from(names, WORKER)
        ),
        "containers": [_container(deploy, plan)],
        "volumes": ray_volumes(head.ephemeral_storage, head.object_store_memory),
    }


def _container(deploy: DeployFile, plan: Plan) -> Object:
    head, serve = deploy.head, deploy.serve
    memory = memory_text(head.memory)
    return {
        "name": "ray-head",
        "image": deploy.image,
        "imagePullPolicy": "IfNotPresent",
        "ports": head_ports(grpc=serve.grpc.enabled, haproxy=serve.http.haproxy),
        "env": head_environment(deploy, plan),
        "resources": {
            "requests": {
                "cpu": cpus_text(head.cpus),
                "memory": memory,
                "ephemeral-storage": memory_text(head.ephemeral_storage),
            },
            "limits": {"cpu": cpus_text(head.cpus), "memory": memory},
        },
        "securityContext": container_security(),
        "volumeMounts": ray_mounts(),
    }
