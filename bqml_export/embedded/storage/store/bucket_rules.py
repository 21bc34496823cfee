"""Bucket resources: names, locations and the fields that may be set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bqml_export.embedded.storage.protocol.merge import merged
from bqml_export.embedded.storage.protocol.timestamps import timestamp_now
from bqml_export.embedded.storage.protocol.wire import ApiError, not_supported
from bqml_export.embedded.storage.store.object_rules import with_etag
from foundation.json_types import JsonObject

_NAME = re.compile(r"[a-z0-9][-_.a-z0-9]{1,220}[a-z0-9]")
_MULTI_REGIONS = frozenset({"US", "EU", "ASIA"})
_DUAL_REGIONS = frozenset({"NAM4", "EUR4", "EUR5", "EUR7", "EUR8", "ASIA1"})
_LOCATION = re.compile(r"[A-Z]+[0-9]?|[A-Z]+-[A-Z]+[0-9]+")
_SOFT_DELETE_S = 7 * 24 * 60 * 60
_WRITABLE = frozenset(
    {
        "acl",
        "autoclass",
        "billing",
        "cors",
        "customPlacementConfig",
        "defaultEventBasedHold",
        "defaultObjectAcl",
        "encryption",
        "iamConfiguration",
        "labels",
        "lifecycle",
        "location",
        "logging",
        "name",
        "retentionPolicy",
        "rpo",
        "softDeletePolicy",
        "storageClass",
        "versioning",
        "website",
    }
)
# What clients repeat from the resource that they read, and what the server alone decides.
_UNSUPPORTED = {
    "hierarchicalNamespace": "hierarchical namespaces",
    "ipFilter": "bucket IP filters",
    "objectRetention": "object retention",
}


def check_bucket_name(name: str) -> None:
    if not _NAME.fullmatch(name) or ".." in name:
        raise ApiError(
            400,
            f"Invalid bucket name: '{name}'. Names have 3 to 222 lower-case letters, digits, "
            "dashes, underscores and dots, and begin and end with a letter or digit",
        )


def new_bucket(body: Mapping[str, Any], project: str) -> JsonObject:
    """Returns the resource of a new bucket; the location is US by default."""
    name = str(body.get("name") or "")
    check_bucket_name(name)
    now = timestamp_now()
    bucket: JsonObject = {
        "kind": "storage#bucket",
        "id": name,
        "name": name,
        "projectNumber": "0",
        "project": project,
        "timeCreated": now,
        "updated": now,
        "metageneration": "1",
        "storageClass": "STANDARD",
        "iamConfiguration": {},
        "softDeletePolicy": {"retentionDurationSeconds": str(_SOFT_DELETE_S), "effectiveTime": now},
        "acl": [],
        "defaultObjectAcl": [],
    }
    bucket = merged(bucket, _writable(body))
    bucket |= _place(body)
    return _completed(bucket)


def changed_bucket(bucket: JsonObject, changes: Mapping[str, Any], *, whole: bool) -> JsonObject:
    """Returns the resource of a bucket that was patched or, if `whole`, updated."""
    location = changes.get("location")
    if location is not None and str(location).upper() != bucket["location"]:
        raise ApiError(
            400,
            f"The location of a bucket cannot be changed: {bucket['location']} to {location}",
        )
    wanted = _writable(changes)
    kept = dict(bucket)
    if whole:
        replaced = ("labels", "lifecycle", "cors", "website", "logging", "retentionPolicy")
        kept = {key: value for key, value in bucket.items() if key not in replaced}
    for key in ("location", "customPlacementConfig"):
        wanted.pop(key, None)
    resource = merged(kept, wanted)
    resource["metageneration"] = str(int(bucket["metageneration"]) + 1)
    resource["updated"] = timestamp_now()
    return _completed(resource)


def _writable(body: Mapping[str, Any]) -> JsonObject:
    for key, what in _UNSUPPORTED.items():
        value = body.get(key)
        if value and (not isinstance(value, dict) or value.get("enabled")):
            raise not_supported(what)
    return {key: value for key, value in body.items() if key in _WRITABLE}


def _place(body: Mapping[str, Any]) -> JsonObject:
    location = str(body.get("location") or "US").upper()
    if not _LOCATION.fullmatch(location):
        raise ApiError(400, f"The specified location constraint is not valid: '{location}'.")
    regions = (body.get("customPlacementConfig") or {}).get("dataLocations")
    if regions:
        placed = {"dataLocations": [str(region).upper() for region in regions]}
        return {
            "location": location,
            "locationType": "dual-region",
            "customPlacementConfig": placed,
        }
    kind = "region"
    if location in _MULTI_REGIONS:
        kind = "multi-region"
    elif location in _DUAL_REGIONS:
        kind = "dual-region"
    return {"location": location, "locationType": kind}


def _completed(bucket: JsonObject) -> JsonObject:
    access = {"enabled": False, **bucket["iamConfiguration"].get("uniformBucketLevelAccess", {})}
    legacy = bucket["iamConfiguration"].get("bucketPolicyOnly", {})
    access["enabled"] = bool(access["enabled"] or legacy.get("enabled"))
    prevention = bucket["iamConfiguration"].get("publicAccessPrevention", "inherited")
    bucket["iamConfiguration"] = {
        "uniformBucketLevelAccess": access,
        "bucketPolicyOnly": access,
        "publicAccessPrevention": prevention,
    }
    return with_etag(bucket)


def uniform_access(bucket: Mapping[str, Any]) -> bool:
    """Returns whether access is decided by the bucket alone, so that objects have no ACLs."""
    return bool(bucket["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"])


def keeps_versions(bucket: Mapping[str, Any]) -> bool:
    """Returns whether what is overwritten or deleted stays as a noncurrent version."""
    return bool((bucket.get("versioning") or {}).get("enabled"))


def soft_delete_s(bucket: Mapping[str, Any]) -> int:
    """Returns how long deleted objects can be restored, in seconds; 0 is not at all."""
    return int((bucket.get("softDeletePolicy") or {}).get("retentionDurationSeconds") or 0)
