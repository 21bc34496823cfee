"""KubeRay's CustomResourceDefinitions as they are installed on the cluster."""

from __future__ import annotations

from foundation.json_types import JsonObject
from kuberay.cluster.connection import Cluster
from kuberay.errors import MissingError
from kuberay.validate.schema.catalog import KindKey
from kuberay.validate.schema.crds import schemas_of

_NAMES = ("rayservices.ray.io", "rayclusters.ray.io")


def kuberay_schemas(cluster: Cluster) -> dict[KindKey, JsonObject]:
    """Of every version that is served; raises a MissingError where KubeRay is not installed."""
    found = []
    for name in _NAMES:
        crd = cluster.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", name, "")
        if crd is None:
            hint = "install the KubeRay operator and its CRDs, or check --context"
            raise MissingError(f"the cluster has no CustomResourceDefinition {name}", hint=hint)
        found.append(crd)
    return schemas_of(found)
