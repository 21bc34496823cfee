"""Kubernetes' own definitions, as the package kubernetes-validate ships them per release."""

from __future__ import annotations

import functools
import re

from foundation.json_types import JsonObject
from kuberay.errors import UsageError

QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_QUANTITY_PATTERN = (
    r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"
    r"([KMGTPE]i|[numkMGTPE]|[eE][+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+))?$"
)


def kubernetes_version(wanted: str | None) -> str:
    """The wanted release (`1.36`), or the newest known; raises a UsageError for any other."""
    import kubernetes_validate.utils as library

    known: list[str] = [library.major_minor(version) for version in library.all_versions()]
    if wanted is None:
        return known[-1]
    match = re.fullmatch(r"v?(\d+)\.(\d+)(\..*)?", wanted)
    if match is None:
        raise UsageError(
            f"no Kubernetes release: {wanted}", hint=f"one of {known[0]}...{known[-1]}"
        )
    number = (int(match[1]), int(match[2]))
    fitting = [each for each in known if tuple(map(int, each.split("."))) <= number]
    if not fitting:
        raise UsageError(f"Kubernetes {wanted} is too old", hint=f"the oldest known is {known[0]}")
    return fitting[-1]


@functools.lru_cache(maxsize=2)
def definitions(version: str) -> JsonObject:
    import kubernetes_validate.utils as library

    path = f"kubernetes-json-schema/v{version}.0-local-strict/_definitions.json"
    found: JsonObject = library.schema_contents(path, version)["$defs"]
    quantity = {"type": ["string", "number", "null"], "pattern": _QUANTITY_PATTERN}
    return {**found, QUANTITY: quantity}


def definition_name(api_version: str, kind: str, version: str) -> str | None:
    group, _, release = api_version.rpartition("/")
    return _kinds(version).get((group, release, kind))


@functools.lru_cache(maxsize=2)
def _kinds(version: str) -> dict[tuple[str, ...], str]:
    return {
        (kind["group"], kind["version"], kind["kind"]): name
        for name, definition in definitions(version).items()
        for kind in definition.get("x-kubernetes-group-version-kind", ())
        if "metadata" in definition.get("properties", {})
    }
