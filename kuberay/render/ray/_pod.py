"""What the pods of the head and of the workers have in common."""

from __future__ import annotations

from kuberay.render.commented import Object, Tree
from kuberay.render.pod import placement, pod_security, pull_secrets, ray_volumes
from kuberay.settings import DeployFile
from kuberay.settings.pods import Head, Workers


def ray_pod(  # noqa: PLR0913 - what differs between the two
    deploy: DeployFile,
    group: Head | Workers,
    account: str,
    *,
    token: Tree,
    grace: Tree,
    apart: Object,
    container: Object,
    volumes: tuple[Tree, ...] = (),
) -> Object:
    """`grace`: seconds between SIGTERM and SIGKILL; `apart` spreads such pods over nodes."""
    return {
        "serviceAccountName": account,
        "automountServiceAccountToken": token,
        **pull_secrets(deploy),
        "terminationGracePeriodSeconds": grace,
        "securityContext": pod_security(),
        **placement(group),
        **apart,
        "containers": [container],
        "volumes": [*ray_volumes(group.ephemeral_storage, group.object_store_memory), *volumes],
    }
