"""What all pods have in common: who they run as, where they may write, and how they are spread."""

from __future__ import annotations

from kuberay.quantity import MIB, memory_text
from kuberay.render.commented import Commented, Object, Tree
from kuberay.render.names import Names
from kuberay.settings import DeployFile
from kuberay.settings.pods import Placement

USER = 1000
"""User and group of the image."""
CLUSTER = "ray.io/cluster"
_SHM_SLACK_BYTES = 64 * MIB
_HOSTNAME = "kubernetes.io/hostname"
_ZONE = "topology.kubernetes.io/zone"
TMP_MOUNT: Object = {"name": "tmp", "mountPath": "/tmp"}  # noqa: S108 - a pod's own
RAY_MOUNTS: list[Tree] = [
    TMP_MOUNT, {"name": "shm", "mountPath": "/dev/shm"},  # noqa: S108 - a pod's own
]  # fmt: skip


def pod_security(user: int = USER) -> Object:
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> Object:
    return {
        "runAsNonRoot": True,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container(name: str, image: str, *, resources: Object, mounts: Tree, **own: Tree) -> Object:
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        **own,
        "resources": resources,
        "securityContext": container_security(),
        "volumeMounts": mounts,
    }


def resources(cpu: str, memory: str, *, disk: int = 0, limits: Tree = None) -> Object:
    requests: Object = {"cpu": cpu, "memory": memory}
    requests |= {"ephemeral-storage": memory_text(disk)} if disk else {}
    return {"requests": requests, "limits": limits or {"memory": memory}}


def tmp_volume(size_bytes: int) -> Object:
    return {"name": "tmp", "emptyDir": {"sizeLimit": memory_text(size_bytes)}}


def ray_volumes(ephemeral_bytes: int, object_store_bytes: int) -> list[Tree]:
    size = memory_text(object_store_bytes + _SHM_SLACK_BYTES)
    return [
        tmp_volume(ephemeral_bytes),
        Commented(
            "Ray's object store; KubeRay's own volume would be as large as the pod's memory",
            {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": size}},
        ),
    ]


def placement(group: Placement) -> Object:
    tolerations = [
        {name: value for name, value in toleration.model_dump().items() if value}
        for toleration in group.tolerations
    ]
    fields: Object = {
        "nodeSelector": dict(group.node_selector),
        "tolerations": tolerations,
        "priorityClassName": group.priority_class,
    }
    return {name: value for name, value in fields.items() if value}


def pull_secrets(deploy: DeployFile) -> Object:
    names = deploy.identity.image_pull_secrets
    return {"imagePullSecrets": [{"name": name} for name in names]} if names else {}


def spread(names: Names, component: str) -> list[Tree]:
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": names.labels(component)},
            "matchLabelKeys": Commented(
                "old and new cluster are spread each on its own during an upgrade", [CLUSTER]
            ),
        }
        for key in (_ZONE, _HOSTNAME)
    ]


def away_from(names: Names, component: str) -> Object:
    selector: Object = {"matchLabels": names.labels(component)}
    term: Object = {"topologyKey": _HOSTNAME, "labelSelector": selector}
    weighted: list[Tree] = [{"weight": 100, "podAffinityTerm": term}]
    return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": weighted}}
