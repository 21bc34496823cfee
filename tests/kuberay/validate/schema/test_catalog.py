"""The built-in model of KubeRay's types against KubeRay's own CRDs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from foundation.json_types import JsonObject
from kuberay.validate.schema.catalog import Catalog, built_in_types

Facts = dict[str, tuple[Any, ...]]


def facts(schema: JsonObject, types: JsonObject, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yields type, enum, least value, default and required fields by path, down to Kubernetes."""
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    if name.startswith("io.k8s"):
        return
    schema = types[name] if name else schema
    kind = "object" if "properties" in schema else schema.get("type")
    yield path, (kind, tuple(schema.get("enum", ())), schema.get("minimum"), schema.get("default"))
    yield f"{path} required", tuple(sorted(schema.get("required", ())))
    for key, child in schema.get("properties", {}).items():
        yield from facts(child, types, f"{path}.{key}")
    if "items" in schema:
        yield from facts(schema["items"], types, f"{path}[]")


@pytest.mark.parametrize("kind", ["RayService", "RayCluster"])
def test_the_built_in_model_states_what_the_crd_states(real_crds: Catalog, kind: str) -> None:
    """Same fields, types, words, bounds, defaults and required fields (but for managedBy's CEL)."""
    crd = real_crds.custom["ray.io/v1", kind]["properties"]["spec"]
    types = built_in_types()
    ours: Facts = dict(facts(types[kind]["properties"]["spec"], types))
    theirs: Facts = dict(facts(crd, {}))
    differing = {path for path, fact in ours.items() if theirs.get(path) != fact}
    assert {path.rpartition(".")[2] for path in differing} <= {"managedBy"}


@pytest.mark.parametrize("kind", ["RayService", "RayCluster"])
def test_the_built_in_model_lacks_no_field(real_crds: Catalog, kind: str) -> None:
    """What it does not state are fields inside Kubernetes' own types."""
    types = built_in_types()
    own = dict(_fields(types[kind]["properties"]["spec"], types))
    crd = real_crds.custom["ray.io/v1", kind]["properties"]["spec"]
    for path, names in own.items():
        assert names == set(_at(crd, path)["properties"]), path


def _fields(
    schema: JsonObject, types: JsonObject, path: str = ""
) -> Iterator[tuple[str, set[str]]]:
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    if name.startswith("io.k8s"):
        return
    schema = types[name] if name else schema
    if "properties" in schema:
        yield path, set(schema["properties"])
    for key, child in schema.get("properties", {}).items():
        yield from _fields(child, types, f"{path}.{key}")
    if "items" in schema:
        yield from _fields(schema["items"], types, f"{path}.[]")


def _at(schema: JsonObject, path: str) -> JsonObject:
    for key in filter(None, path.split(".")):
        schema = schema["items"] if key == "[]" else schema["properties"][key]
    return schema
