"""Which schema judges an object: a given CRD, the built-in model of KubeRay, or Kubernetes' own."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import yaml

from foundation.json_types import JsonObject
from kuberay.validate.schema._notation import to_schema
from kuberay.validate.schema.core import QUANTITY, definition_name, definitions

KindKey = tuple[str, str]
"""apiVersion and kind."""

BUILT_IN_KINDS = ("RayService", "RayCluster")
BUILT_IN_API = "ray.io/v1"
# A CRD's quantities are text or whole numbers; in a pod of one's own 0.5 is fine, here it is not.
_CRD_QUANTITY: JsonObject = {"type": ["string", "integer", "null"]}
_METADATA = "#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


@dataclass(frozen=True, slots=True)
class Catalog:
    """The schemas at hand: of a Kubernetes release (`1.36`), and `custom` ones from CRDs."""

    kubernetes: str
    custom: Mapping[KindKey, JsonObject]

    def schema_of(self, api_version: str, kind: str) -> JsonObject | None:
        given = self.custom.get((api_version, kind))
        if given is not None:
            return _with_metadata(given, definitions(self.kubernetes))
        if api_version == BUILT_IN_API and kind in BUILT_IN_KINDS:
            defs = {**definitions(self.kubernetes), **built_in_types()}
            return _reference(kind, {**defs, QUANTITY: {**defs[QUANTITY], **_CRD_QUANTITY}})
        name = definition_name(api_version, kind, self.kubernetes)
        return _reference(name, definitions(self.kubernetes)) if name else None


@functools.cache
def built_in_types() -> JsonObject:
    text = files("kuberay.validate.schema").joinpath("rayservice.yaml").read_text(encoding="utf-8")
    types = {name: to_schema(fields) for name, fields in yaml.safe_load(text).items()}
    for kind in BUILT_IN_KINDS:
        types[kind]["properties"] |= {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"$ref": _METADATA},
        }
    return types


def _with_metadata(schema: JsonObject, defs: JsonObject) -> JsonObject:
    """The metadata of every object is Kubernetes' own, whatever its CRD says of it."""
    properties = {**schema.get("properties", {}), "metadata": {"$ref": _METADATA}}
    return {**schema, "properties": properties, "$defs": defs}


def _reference(name: str, defs: JsonObject) -> JsonObject:
    return {"$ref": f"#/$defs/{name}", "$defs": defs}
