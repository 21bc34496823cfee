"""The objects to send: complete, in an order that works, and of kinds that the cluster has."""

from __future__ import annotations

import copy
from collections.abc import Iterable

from foundation.json_types import JsonObject
from kuberay.cluster.connection import Cluster
from kuberay.errors import MissingError

# What others need to be there first; a RayService needs all the rest, but for Jobs that test it.
_FIRST = ("Namespace", "CustomResourceDefinition", "ServiceAccount", "Secret", "ConfigMap")
_LAST = ("RayService", "RayCluster", "Job")


def ordered(manifests: Iterable[JsonObject]) -> list[JsonObject]:
    return sorted(manifests, key=_rank)


def _rank(manifest: JsonObject) -> int:
    kind = manifest.get("kind", "")
    if kind in _FIRST:
        return _FIRST.index(kind)
    return len(_FIRST) + (1 + _LAST.index(kind) if kind in _LAST else 0)


def placed(
    cluster: Cluster, manifests: Iterable[JsonObject], namespace: str | None
) -> list[JsonObject]:
    """Gives each its namespace; a MissingError names all kinds that the cluster lacks."""
    result, missing = [], []
    for manifest in manifests:
        try:
            resource = cluster.kind(manifest["apiVersion"], manifest["kind"])
        except MissingError:
            missing.append(f"{manifest['apiVersion']} {manifest['kind']}")
            continue
        copied = copy.deepcopy(manifest)
        if resource.namespaced:
            copied["metadata"].setdefault("namespace", namespace or cluster.namespace)
        result.append(copied)
    if missing:
        raise MissingError(
            f"the cluster does not know: {', '.join(dict.fromkeys(missing))}; nothing was sent",
            hint=_install_hint(missing),
        )
    return result


def _install_hint(missing: list[str]) -> str:
    if any(kind.startswith("ray.io/") for kind in missing):
        return "install the KubeRay operator 1.7 and its CRDs, or check --context"
    return "install what brings these kinds, or leave these objects out"


def is_service(manifest: JsonObject) -> bool:
    return manifest.get("kind") == "RayService"


def title(manifest: JsonObject) -> str:
    metadata = manifest["metadata"]
    where = f" in {metadata['namespace']}" if metadata.get("namespace") else ""
    return f"{manifest['kind']}/{metadata['name']}{where}"
