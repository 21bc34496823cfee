"""IAM policies and access control lists: they are kept and shown; nothing is enforced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bqml_export.embedded.storage.protocol.wire import ApiError, Request, Response
from bqml_export.embedded.storage.routes._presentation import shown
from bqml_export.embedded.storage.store.bucket_rules import uniform_access
from bqml_export.embedded.storage.store.object_store import ObjectStore
from foundation.json_types import JsonObject

_PREDEFINED = {
    "authenticatedRead": "allAuthenticatedUsers",
    "publicRead": "allUsers",
    "bucketOwnerFullControl": None,
    "bucketOwnerRead": None,
    "private": None,
    "projectPrivate": None,
}
_NO_ACLS = (
    "Cannot use ACL API to update bucket policy when uniform bucket-level access is enabled. "
    "Read more at https://cloud.google.com/storage/docs/uniform-bucket-level-access"
)


def predefined_acl(bucket: Mapping[str, Any], name: str) -> list[JsonObject]:
    """Returns the entries that a predefined ACL stands for, beyond the owner's."""
    if not name:
        return []
    if name not in _PREDEFINED:
        raise ApiError(400, f"Invalid predefinedAcl: '{name}'")
    require_acls(bucket)
    entity = _PREDEFINED[name]
    return [{"entity": entity, "role": "READER"}] if entity else []


def require_acls(bucket: Mapping[str, Any]) -> None:
    """Refuses ACLs where the bucket alone decides who may do what."""
    if uniform_access(bucket):
        raise ApiError(400, _NO_ACLS)


def get_policy(store: ObjectStore, request: Request, bucket: str) -> Response:
    resource = store.bucket(bucket)
    return shown(request, _policy(bucket, resource.get("iamPolicy") or {}))


def set_policy(store: ObjectStore, request: Request, bucket: str) -> Response:
    with store.catalog.transaction():
        resource = store.bucket(bucket)
        current, given = _policy(bucket, resource.get("iamPolicy") or {}), request.json()
        if given.get("etag") and given["etag"] != current["etag"]:
            raise ApiError(412, "The policy was changed by somebody else: read it again.")
        serial = int(resource.get("iamSerial", 0)) + 1
        policy: JsonObject = {"etag": f"CA{serial}="}
        policy |= {key: given[key] for key in ("version", "bindings") if key in given}
        store.catalog.put_bucket(bucket, {**resource, "iamPolicy": policy, "iamSerial": serial})
    return shown(request, _policy(bucket, policy))


def _policy(bucket: str, policy: Mapping[str, Any]) -> JsonObject:
    fixed = {"kind": "storage#policy", "resourceId": f"projects/_/buckets/{bucket}"}
    default: JsonObject = {"version": 1, "etag": "CAE=", "bindings": []}
    default.update(policy)
    default.update(fixed)
    return default


def test_permissions(store: ObjectStore, request: Request, bucket: str) -> Response:
    """Answers GET .../iam/testPermissions: everybody may do everything here."""
    store.bucket(bucket)
    asked = list(request.query.get("permissions", ()))
    content = {"kind": "storage#testIamPermissionsResponse", "permissions": asked}
    return shown(request, content)


def object_acl(store: ObjectStore, request: Request, bucket: str, name: str) -> Response:
    require_acls(store.bucket(bucket))
    stored = store.object(bucket, name, request.number("generation"))
    entries = stored.resource.get("acl") or []
    return _entries(request, "storage#objectAccessControl", entries, {"bucket": bucket})


def bucket_acl(store: ObjectStore, request: Request, bucket: str) -> Response:
    resource = store.bucket(bucket)
    require_acls(resource)
    entries = resource.get("acl") or []
    return _entries(request, "storage#bucketAccessControl", entries, {"bucket": bucket})


def default_object_acl(store: ObjectStore, request: Request, bucket: str) -> Response:
    resource = store.bucket(bucket)
    require_acls(resource)
    entries = resource.get("defaultObjectAcl") or []
    return _entries(request, "storage#objectAccessControl", entries, {"bucket": bucket})


def _entries(
    request: Request, kind: str, entries: list[JsonObject], common: JsonObject
) -> Response:
    items = [{"kind": kind, **entry, **common} for entry in entries]
    return shown(request, {"kind": f"{kind}s", "items": items})
