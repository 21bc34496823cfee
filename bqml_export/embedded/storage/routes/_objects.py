"""Requests about objects, other than their bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bqml_export.embedded.storage.protocol.preconditions import conditions
from bqml_export.embedded.storage.protocol.wire import (
    NO_CONTENT,
    ApiError,
    Request,
    Response,
    not_supported,
)
from bqml_export.embedded.storage.routes._access import predefined_acl, require_acls
from bqml_export.embedded.storage.routes._listing import ListRequest, list_page
from bqml_export.embedded.storage.routes._presentation import (
    object_resource,
    object_response,
    shown,
)
from bqml_export.embedded.storage.store.catalog import State, StoredObject
from bqml_export.embedded.storage.store.object_rules import (
    changed_object,
    check_object_name,
    writable,
)
from bqml_export.embedded.storage.store.object_store import (
    NewObject,
    ObjectStore,
    digests_of,
    require,
)
from foundation.json_types import JsonObject

_MOST_PARTS = 32


def find(store: ObjectStore, request: Request, bucket: str, name: str) -> StoredObject:
    soft = request.flag("softDeleted")
    if soft and not request.first("generation"):
        raise ApiError(400, "generation is required with softDeleted", reason="required")
    stored = store.object(bucket, name, request.number("generation"), soft_deleted=soft)
    require(conditions(request.query, request.headers), stored.resource, reading=True)
    return stored


def show(store: ObjectStore, request: Request, bucket: str, name: str) -> Response:
    return object_response(request, find(store, request, bucket, name))


def listing(store: ObjectStore, request: Request, bucket: str) -> Response:
    store.bucket(bucket)
    states = [State.LIVE]
    if request.flag("softDeleted"):
        states = [State.SOFT_DELETED]
    elif request.flag("versions"):
        states = [State.LIVE, State.NONCURRENT]
    wanted = ListRequest(
        prefix=request.first("prefix"),
        delimiter=request.first("delimiter"),
        start=request.first("startOffset"),
        end=request.first("endOffset"),
        glob=request.first("matchGlob"),
        include_trailing_delimiter=request.flag("includeTrailingDelimiter"),
        page_token=request.first("pageToken"),
        page_size=request.number("maxResults") or 0,
    )
    page = list_page(store.catalog.objects(bucket, wanted.prefix, *states), wanted)
    content: JsonObject = {"kind": "storage#objects"}
    if page.prefixes:
        content["prefixes"] = page.prefixes
    content["items"] = [object_resource(request, stored) for stored in page.items]
    if page.next_token:
        content["nextPageToken"] = page.next_token
    return shown(request, content)


def patch(store: ObjectStore, request: Request, bucket: str, name: str) -> Response:
    """Answers PATCH .../o/{object}: the given fields change."""
    return _change(store, request, bucket, name, whole=False)


def update(store: ObjectStore, request: Request, bucket: str, name: str) -> Response:
    """Answers PUT .../o/{object}: what is not given goes."""
    return _change(store, request, bucket, name, whole=True)


def _change(
    store: ObjectStore, request: Request, bucket: str, name: str, *, whole: bool
) -> Response:
    changes = request.json()
    with store.catalog.transaction():
        stored = store.object(bucket, name, request.number("generation"))
        require(conditions(request.query, request.headers), stored.resource, reading=False)
        if acl := predefined_acl(store.bucket(bucket), request.first("predefinedAcl")):
            changes["acl"] = acl
        if changes.get("acl"):
            require_acls(store.bucket(bucket))
        changed = store.change(stored, changed_object(stored.resource, changes, whole=whole))
    return object_response(request, changed)


def delete(store: ObjectStore, request: Request, bucket: str, name: str) -> Response:
    wanted = conditions(request.query, request.headers)
    store.delete(bucket, name, wanted, request.number("generation"))
    return Response(status=NO_CONTENT)


def restore(store: ObjectStore, request: Request, bucket: str, name: str) -> Response:
    """Answers POST .../o/{object}/restore: a soft-deleted generation is live again."""
    generation = request.number("generation")
    if generation is None:
        raise ApiError(400, "generation is required", reason="required")
    stored = store.object(bucket, name, generation, soft_deleted=True)
    return object_response(request, store.restore(stored, conditions(request.query)))


def copy(
    store: ObjectStore, request: Request, bucket: str, name: str, to_bucket: str, to_name: str
) -> Response:
    return object_response(request, _copy(store, request, (bucket, name), (to_bucket, to_name)))


def rewrite(
    store: ObjectStore, request: Request, bucket: str, name: str, to_bucket: str, to_name: str
) -> Response:
    """Answers POST .../rewriteTo/...: a copy that is always finished in one request."""
    stored = _copy(store, request, (bucket, name), (to_bucket, to_name))
    size = stored.resource["size"]
    return shown(
        request,
        {
            "kind": "storage#rewriteResponse",
            "totalBytesRewritten": size,
            "objectSize": size,
            "done": True,
            "resource": object_resource(request, stored),
        },
    )


def move(store: ObjectStore, request: Request, bucket: str, name: str, to_name: str) -> Response:
    """Answers POST .../o/{object}/moveTo/o/{object}: a rename within a bucket."""
    with store.catalog.transaction():
        stored = _copy(store, request, (bucket, name), (bucket, to_name))
        source = conditions(request.query, prefix="ifSource")
        store.delete(bucket, name, source)
    return object_response(request, stored)


def _copy(
    store: ObjectStore, request: Request, source: tuple[str, str], target: tuple[str, str]
) -> StoredObject:
    changes = request.json()
    check_object_name(target[1])
    with store.catalog.transaction():
        stored = store.object(*source, request.number("sourceGeneration"))
        wanted = conditions(request.query, prefix="ifSource")
        require(wanted, stored.resource, reading=False)
        store.require(*target, conditions(request.query))
        acl = predefined_acl(store.bucket(target[0]), request.first("destinationPredefinedAcl"))
        return store.insert(
            NewObject(
                bucket=target[0],
                name=target[1],
                fields=_copied_fields(stored.resource, changes) | ({"acl": acl} if acl else {}),
                content=store.content.duplicate(stored.content),
                digests=digests_of(stored.resource),
                conditions=conditions(request.query),
                component_count=stored.resource.get("componentCount"),
            )
        )


def _copied_fields(source: JsonObject, changes: JsonObject) -> JsonObject:
    """Returns the fields of a copy: the source's, unless the request brings any of its own."""
    given = {key: value for key, value in writable(changes).items() if key != "acl"}
    only_class = set(given) <= {"storageClass"}
    kept = {key: value for key, value in writable(source).items() if key != "acl"}
    for hold in ("temporaryHold", "eventBasedHold", "storageClass"):
        kept.pop(hold, None)
    return {**(kept if only_class else {}), **given}


def compose(store: ObjectStore, request: Request, bucket: str, name: str) -> Response:
    """Answers POST .../o/{object}/compose: objects one behind the other become one."""
    body = request.json()
    parts: list[JsonObject] = body.get("sourceObjects") or []
    if not 1 <= len(parts) <= _MOST_PARTS:
        raise ApiError(400, f"Compose takes 1 to {_MOST_PARTS} objects, got {len(parts)}")
    if body.get("deleteSourceObjects"):
        raise not_supported("deleting the sources of a compose request")
    fields = dict(body.get("destination") or {})
    with store.catalog.transaction():
        if acl := predefined_acl(store.bucket(bucket), request.first("destinationPredefinedAcl")):
            fields["acl"] = acl
        store.require(bucket, name, conditions(request.query))
        sources = [_component(store, bucket, part) for part in parts]
        fields.setdefault("contentType", sources[0].resource["contentType"])
        content, digests = store.content.store(store.content.read(*(s.content for s in sources)))
        composed = NewObject(
            bucket=bucket,
            name=name,
            fields=fields,
            content=content,
            digests=replace(digests, md5=None),
            conditions=conditions(request.query),
            component_count=sum(int(s.resource.get("componentCount", 1)) for s in sources),
        )
        return object_response(request, store.insert(composed))


def _component(store: ObjectStore, bucket: str, part: dict[str, Any]) -> StoredObject:
    generation = part.get("generation")
    stored = store.object(
        bucket, str(part.get("name", "")), int(generation) if generation else None
    )
    wanted = (part.get("objectPreconditions") or {}).get("ifGenerationMatch")
    if wanted is not None:
        query = {"ifGenerationMatch": [str(wanted)]}
        require(conditions(query), stored.resource, reading=False)
    return stored
