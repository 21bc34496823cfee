"""The head: Ray's control store, Serve's controller, the autoscaler. No replica, no traffic."""

from __future__ import annotations

from kuberay.quantity import cpus_text, memory_text
from kuberay.render.commented import Commented, Object
from kuberay.render.names import HEAD, WORKER, Names
from kuberay.render.pod import RAY_MOUNTS, away_from, container, resources
from kuberay.render.ports import head_ports
from kuberay.render.ray._pod import ray_pod
from kuberay.render.ray.environment import head_environment
from kuberay.render.ray.serve_config import options_digest
from kuberay.settings import DeployFile, Plan

OPTIONS_DIGEST = "bqml-kuberay/serve-options-digest"


def head_group(deploy: DeployFile, plan: Plan) -> Object:
    names, head = Names.of(deploy), deploy.head
    no_replica = "no replica is ever placed here: the head is all that a cluster has only one of"
    metadata: Object = {
        "labels": names.labels(HEAD),
        "annotations": {
            OPTIONS_DIGEST: Commented(
                "Serve takes the options of its ports only when it starts; another digest makes "
                "KubeRay start a new cluster",
                options_digest(deploy, plan),
            ),
            "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
        },
    }
    pod = ray_pod(
        deploy, head, names.head_account,
        token=Commented("the autoscaler changes the RayCluster through the API server", value=True),
        grace=plan.grace_s,
        apart={
            "affinity": Commented(
                "a lost node should not take the head and replicas with it",
                away_from(names, WORKER),
            )
        },
        container=_container(deploy, plan),
    )  # fmt: skip
    return {
        "serviceType": "ClusterIP",
        "rayStartParams": {
            "num-cpus": Commented(no_replica, "0"),
            "object-store-memory": str(head.object_store_memory),
        },
        "template": {"metadata": metadata, "spec": pod},
    }


def _container(deploy: DeployFile, plan: Plan) -> Object:
    head = deploy.head
    cpu, memory = cpus_text(head.cpus), memory_text(head.memory)
    limits: Object = {"cpu": cpu, "memory": memory}
    return container(
        "ray-head",
        deploy.image,
        ports=head_ports(deploy),
        env=head_environment(deploy, plan),
        resources=resources(cpu, memory, disk=head.ephemeral_storage, limits=limits),
        mounts=RAY_MOUNTS,
    )
