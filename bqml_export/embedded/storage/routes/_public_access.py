"""Public URLs, /bucket/object: the part of the XML API that needs no signature."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from bqml_export.embedded.storage.protocol.preconditions import Conditions
from bqml_export.embedded.storage.protocol.wire import ApiError, Request, Response, not_supported
from bqml_export.embedded.storage.routes import _downloads, _parallel_uploads
from bqml_export.embedded.storage.store.object_rules import check_object_name, header_digests
from bqml_export.embedded.storage.store.object_store import NewObject, ObjectStore
from foundation.json_types import JsonObject

_FIELDS = {
    "Content-Type": "contentType",
    "Cache-Control": "cacheControl",
    "Content-Disposition": "contentDisposition",
    "Content-Encoding": "contentEncoding",
    "Content-Language": "contentLanguage",
}
_METADATA = "x-goog-meta-"


class PublicAccess:
    """Downloads, and uploads in one request or in parts."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def handlers(self) -> Iterator[tuple[str, Callable[..., Response]]]:
        yield "GET", partial(_downloads.download, self._store)
        yield "PUT", self._put
        yield "DELETE", self._delete
        yield "POST", self._post

    def _put(self, request: Request, bucket: str, name: str) -> Response:
        if "uploadId" in request.query:
            return _parallel_uploads.put_part(self._store, request, _digests(request))
        self._store.bucket(bucket)
        check_object_name(name)
        content, digests = self._store.content.store(request.body.chunks())
        stored = self._store.insert(
            NewObject(
                bucket=bucket,
                name=name,
                fields=_fields(request),
                content=content,
                digests=digests,
                conditions=_conditions(request),
            )
        )
        return Response(headers={"ETag": f'"{stored.resource["etag"]}"'})

    def _delete(self, request: Request, bucket: str, name: str) -> Response:
        if "uploadId" in request.query:
            return _parallel_uploads.abort(self._store, request)
        self._store.delete(bucket, name, _conditions(request), request.number("generation"))
        return Response(status=204)

    def _post(self, request: Request, bucket: str, name: str) -> Response:
        if "uploadId" in request.query:
            return _parallel_uploads.complete(self._store, request)
        if "uploads" in request.query:
            return _parallel_uploads.begin(self._store, request, bucket, name, _fields(request))
        raise not_supported("this POST of the XML API")


def _fields(request: Request) -> JsonObject:
    found: JsonObject = {
        field: request.headers[header]
        for header, field in _FIELDS.items()
        if header in request.headers
    }
    metadata = {
        key[len(_METADATA) :].lower(): value
        for key, value in request.headers.items()
        if key.lower().startswith(_METADATA)
    }
    return {**found, **({"metadata": metadata} if metadata else {}), **_digests(request)}


def _digests(request: Request) -> dict[str, str]:
    md5 = request.headers.get("Content-MD5")
    return header_digests(request.headers.get("X-Goog-Hash")) | ({"md5Hash": md5} if md5 else {})


def _conditions(request: Request) -> Conditions:
    names = {
        "X-Goog-If-Generation-Match": "GenerationMatch",
        "X-Goog-If-Metageneration-Match": "MetagenerationMatch",
    }
    try:
        found = tuple(
            (name, int(request.headers[header]))
            for header, name in names.items()
            if header in request.headers
        )
    except ValueError as exc:
        raise ApiError(400, f"A precondition is not a number: {exc}") from exc
    return Conditions(found)
