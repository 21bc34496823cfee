"""Requests about buckets."""

from __future__ import annotations

from bqml_export.embedded.storage.protocol.preconditions import conditions
from bqml_export.embedded.storage.protocol.wire import (
    NO_CONTENT,
    ApiError,
    Request,
    Response,
    not_supported,
)
from bqml_export.embedded.storage.routes._access import require_acls
from bqml_export.embedded.storage.routes._presentation import (
    bucket_resource,
    bucket_response,
    shown,
)
from bqml_export.embedded.storage.store.bucket_rules import changed_bucket, new_bucket
from bqml_export.embedded.storage.store.object_store import ObjectStore, require
from foundation.json_types import JsonObject


def insert(store: ObjectStore, request: Request) -> Response:
    if request.flag("enableObjectRetention"):
        raise not_supported("object retention")
    bucket = new_bucket(request.json(), request.first("project"))
    with store.catalog.transaction():
        if store.catalog.bucket(bucket["name"]) is not None:
            message = (
                "Your previous request to create the named bucket succeeded and you already own it."
            )
            raise ApiError(409, message)
        store.catalog.put_bucket(bucket["name"], bucket)
    return bucket_response(request, bucket)


def listing(store: ObjectStore, request: Request) -> Response:
    if request.flag("softDeleted"):
        raise not_supported("soft-deleted buckets")
    after, size = request.first("pageToken"), request.number("maxResults") or 1000
    found = [b for b in store.catalog.buckets(request.first("prefix")) if b["name"] > after]
    content: JsonObject = {
        "kind": "storage#buckets",
        "items": [bucket_resource(request, bucket) for bucket in found[:size]],
    }
    if len(found) > size:
        content["nextPageToken"] = found[size - 1]["name"]
    return shown(request, content)


def get(store: ObjectStore, request: Request, bucket: str) -> Response:
    found = store.bucket(bucket)
    require(conditions(request.query), found, reading=True)
    return bucket_response(request, found)


def patch(store: ObjectStore, request: Request, bucket: str) -> Response:
    """Answers PATCH /b/{bucket}: the given fields change."""
    return _change(store, request, bucket, whole=False)


def update(store: ObjectStore, request: Request, bucket: str) -> Response:
    """Answers PUT /b/{bucket}: what is not given goes."""
    return _change(store, request, bucket, whole=True)


def _change(store: ObjectStore, request: Request, name: str, *, whole: bool) -> Response:
    changes = request.json()
    with store.catalog.transaction():
        bucket = store.bucket(name)
        require(conditions(request.query), bucket, reading=False)
        changed = changed_bucket(bucket, changes, whole=whole)
        if changes.get("acl") or changes.get("defaultObjectAcl"):
            require_acls(changed)
        store.catalog.put_bucket(name, changed)
    return bucket_response(request, changed)


def delete(store: ObjectStore, request: Request, bucket: str) -> Response:
    store.delete_bucket(bucket, conditions(request.query))
    return Response(status=NO_CONTENT)


def storage_layout(store: ObjectStore, request: Request, bucket: str) -> Response:
    """Answers GET .../storageLayout, which `gcloud storage` asks before anything else."""
    found = store.bucket(bucket)
    kept = {
        key: found[key]
        for key in ("location", "locationType", "customPlacementConfig")
        if key in found
    }
    space = {"hierarchicalNamespace": {"enabled": False}}
    return shown(request, {"kind": "storage#storageLayout", "bucket": bucket} | kept | space)


def no_folders(store: ObjectStore, request: Request, bucket: str) -> Response:
    """Answers GET .../folders and .../managedFolders: there are none."""
    store.bucket(bucket)
    kind = request.path.rpartition("/")[2]
    return shown(request, {"kind": f"storage#{kind}", "items": []})


def no_notifications(store: ObjectStore, request: Request, bucket: str) -> Response:
    """Answers GET .../notificationConfigs: there are none."""
    store.bucket(bucket)
    return shown(request, {"kind": "storage#notifications", "items": []})


def service_account(_store: ObjectStore, request: Request, project: str) -> Response:
    account = f"service-0@gs-project-accounts.iam.gserviceaccount.com?project={project}"
    address = account.partition("?")[0]
    return shown(request, {"kind": "storage#serviceAccount", "email_address": address})
