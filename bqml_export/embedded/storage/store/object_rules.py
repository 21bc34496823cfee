"""Object resources: names, the fields that may be set, and checksums that must agree."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from bqml_export.embedded.storage.protocol.merge import merged
from bqml_export.embedded.storage.protocol.timestamps import timestamp, timestamp_now
from bqml_export.embedded.storage.protocol.wire import ApiError, not_supported
from bqml_export.embedded.storage.store.content import Digests
from foundation.json_types import JsonObject

_LONGEST_BYTES = 1024
_FORBIDDEN = (".", "..")
_WRITABLE = frozenset(
    {
        "acl",
        "cacheControl",
        "contentDisposition",
        "contentEncoding",
        "contentLanguage",
        "contentType",
        "customTime",
        "eventBasedHold",
        "metadata",
        "storageClass",
        "temporaryHold",
    }
)
DEFAULT_TYPE = "application/octet-stream"


def check_object_name(name: str) -> None:
    if name in _FORBIDDEN:
        raise ApiError(400, f"Object names cannot be {name!r}")
    if not name:
        raise ApiError(400, "Required", reason="required")
    if len(name.encode()) > _LONGEST_BYTES:
        raise ApiError(400, f"Object names have at most {_LONGEST_BYTES} bytes")
    if "\r" in name or "\n" in name:
        raise ApiError(400, "Object names cannot hold line ends")


def writable(fields: Mapping[str, Any]) -> JsonObject:
    """Returns those of `fields` that a client may set."""
    if fields.get("retention") or fields.get("contexts"):
        raise not_supported("object retention and contexts")
    return {key: value for key, value in fields.items() if key in _WRITABLE}


def new_object(
    bucket: Mapping[str, Any],
    name: str,
    generation: int,
    fields: Mapping[str, Any],
    digests: Digests,
) -> JsonObject:
    """Returns the resource of a new object; `generation` is the time of now in microseconds."""
    made = timestamp(generation)
    resource: JsonObject = {
        "kind": "storage#object",
        "id": f"{bucket['name']}/{name}/{generation}",
        "name": name,
        "bucket": bucket["name"],
        "generation": str(generation),
        "metageneration": "1",
        "contentType": DEFAULT_TYPE,
        "storageClass": bucket["storageClass"],
        "size": str(digests.size_bytes),
        "crc32c": digests.crc32c,
        "timeCreated": made,
        "updated": made,
        "timeStorageClassUpdated": made,
        "timeFinalized": made,
    }
    if digests.md5 is not None:
        resource["md5Hash"] = digests.md5
    return with_etag(merged(resource, writable(fields)))


def changed_object(resource: JsonObject, changes: Mapping[str, Any], *, whole: bool) -> JsonObject:
    """Returns the resource of an object that was patched or, if `whole`, updated."""
    wanted = writable(changes)
    if wanted.get("storageClass") not in (None, resource["storageClass"]):
        raise ApiError(400, "The storage class of an object is changed by rewriting it.")
    kept = dict(resource)
    if whole:
        replaced = _WRITABLE - {"acl", "storageClass", "contentType"}
        kept = {key: value for key, value in resource.items() if key not in replaced}
    result = merged(kept, wanted)
    result["metageneration"] = str(int(resource["metageneration"]) + 1)
    result["updated"] = timestamp_now()
    return with_etag(result)


def with_etag(resource: JsonObject) -> JsonObject:
    """Returns the resource with the tag that its generation and metageneration give."""
    identity = f"{resource.get('generation', '')}/{resource['metageneration']}"
    return {**resource, "etag": base64.b64encode(identity.encode()).decode("ascii")}


def check_digests(expected: Mapping[str, Any], digests: Digests) -> None:
    """Refuses bytes that are not those that the client meant."""
    for field, title, found in (
        ("crc32c", "CRC32C", digests.crc32c),
        ("md5Hash", "MD5", digests.md5),
    ):
        wanted = expected.get(field)
        if wanted and wanted != found:
            raise ApiError(
                400, f'Provided {title} "{wanted}" doesn\'t match calculated {title} "{found}".'
            )


def header_digests(header: str | None) -> dict[str, str]:
    """Returns the checksums of an `X-Goog-Hash` header, as fields of a resource."""
    names = {"crc32c": "crc32c", "md5": "md5Hash"}
    parts = [part.strip().partition("=") for part in (header or "").split(",")]
    return {names[key]: value for key, _, value in parts if key in names}
