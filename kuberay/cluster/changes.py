"""What a change of a RayService's spec will set in motion (KubeRay 1.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from foundation.json_types import JsonObject

# Neither starts a new cluster; the operator leaves them out of the hash that it compares.
_UNHASHED_GROUP_FIELDS = ("replicas", "minReplicas", "maxReplicas", "scaleStrategy")
_UNHASHED_CLUSTER_FIELDS = ("upgradeStrategy", "suspend")
_UNHASHED_POD_FIELDS = ("tolerations", "schedulingGates")
_CRD_GROUP_DEFAULTS = {"replicas": 0, "minReplicas": 0, "maxReplicas": 2**31 - 1}


@dataclass(frozen=True, slots=True)
class Bounds:
    """New bounds of a worker group, which the operator will not pass on by itself."""

    group: str
    min_replicas: int
    max_replicas: int


@dataclass(frozen=True, slots=True)
class Change:
    """The difference of two specs, by its effects.

    Serve updates its applications in place (`serve_config`); for `new_cluster` the operator starts
    a second cluster and switches to it. `ignored`: the cluster's config changed, and the upgrade
    strategy None ignores that. The running cluster gets `added_groups`; nobody reads `bounds`.
    """

    is_new: bool = False
    serve_config: bool = False
    new_cluster: bool = False
    ignored: bool = False
    added_groups: tuple[str, ...] = ()
    bounds: tuple[Bounds, ...] = ()
    other: bool = False

    @property
    def is_nothing(self) -> bool:
        return self == Change()

    def sentences(self) -> list[str]:
        effects = (
            (self.is_new, "new: the operator creates a cluster and then the Services"),
            (
                self.new_cluster,
                "the cluster's config changed: a new cluster is made beside the old one; "  # noqa: ISC004
                "the Services switch to it when it serves, and both take resources until then",
            ),
            (self.ignored, "the cluster's config changed, and upgradeStrategy None ignores that"),
            (
                self.serve_config and not self.new_cluster,
                "serveConfigV2 changed: Serve updates its applications in place",
            ),
            (self.is_nothing, "nothing changed"),
            (
                bool(self.added_groups),
                f"the running cluster gets the groups {', '.join(self.added_groups)}",
            ),
        )
        return [text for is_so, text in effects if is_so] + [
            f"worker group {b.group}: {b.min_replicas} to {b.max_replicas} pods; the operator "
            "never passes this on to a running cluster, so that it is changed there as well"
            for b in self.bounds
        ]


def change_of(before: JsonObject | None, after: JsonObject) -> Change:
    if before is None:
        return Change(is_new=True)
    old, new = before.get("rayClusterConfig") or {}, after.get("rayClusterConfig") or {}
    old_groups, new_groups = _groups(old), _groups(new)
    added = _appended(old_groups, new_groups)
    hashed_before = _hashed(old, old_groups)
    hashed_after = _hashed(new, new_groups[: len(new_groups) - len(added)])
    differs = hashed_before != hashed_after
    is_none = (after.get("upgradeStrategy") or {}).get("type") == "None"
    new_cluster = differs and not is_none
    names = tuple(group.get("groupName", "") for group in added)
    return Change(
        serve_config=before.get("serveConfigV2") != after.get("serveConfigV2"),
        new_cluster=new_cluster,
        ignored=differs and is_none,
        added_groups=() if differs else names,
        bounds=() if differs or added else _bounds(old_groups, new_groups),
        other=_rest(before) != _rest(after),
    )


def bounds_of(spec: JsonObject) -> tuple[Bounds, ...]:
    return tuple(
        Bounds(group.get("groupName", ""), group["minReplicas"], group["maxReplicas"])
        for group in _groups(spec.get("rayClusterConfig") or {})
    )


def _groups(config: JsonObject) -> list[JsonObject]:
    return [{**_CRD_GROUP_DEFAULTS, **group} for group in config.get("workerGroupSpecs") or ()]


def _appended(old: list[JsonObject], new: list[JsonObject]) -> list[JsonObject]:
    kept = [group.get("groupName") for group in new[: len(old)]]
    same = kept == [group.get("groupName") for group in old]
    return new[len(old) :] if same else []


def _hashed(config: JsonObject, groups: list[JsonObject]) -> JsonObject:
    return {
        **_without(config, _UNHASHED_CLUSTER_FIELDS),
        "headGroupSpec": _without_pod_fields(config.get("headGroupSpec") or {}),
        "workerGroupSpecs": [
            _without_pod_fields(_without(group, _UNHASHED_GROUP_FIELDS)) for group in groups
        ],
    }


def _without_pod_fields(group: JsonObject) -> JsonObject:
    template = group.get("template") or {}
    pod = _without(template.get("spec") or {}, _UNHASHED_POD_FIELDS)
    return {**group, "template": {**template, "spec": pod}}


def _without(fields: JsonObject, names: Sequence[str]) -> JsonObject:
    return {name: value for name, value in fields.items() if name not in names}


def _bounds(old: list[JsonObject], new: list[JsonObject]) -> tuple[Bounds, ...]:
    return tuple(
        Bounds(after["groupName"], after["minReplicas"], after["maxReplicas"])
        for before, after in zip(old, new, strict=False)
        if any(before[key] != after[key] for key in ("minReplicas", "maxReplicas"))
    )


def _rest(spec: JsonObject) -> JsonObject:
    return _without(spec, ("rayClusterConfig", "serveConfigV2"))
