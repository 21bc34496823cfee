"""Multipart uploads of the XML API: parts that come in any order and become one object.

google-cloud-storage uploads big files so (`transfer_manager.upload_chunks_concurrently`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from xml.sax.saxutils import escape

from bqml_export.embedded.storage.protocol.wire import ApiError, Request, Response
from bqml_export.embedded.storage.store.catalog import OpenUpload
from bqml_export.embedded.storage.store.object_rules import check_digests, check_object_name
from bqml_export.embedded.storage.store.object_store import NewObject, ObjectStore
from foundation.json_types import JsonObject

_PART = re.compile(
    r"<Part>.*?<PartNumber>\s*(\d+)\s*</PartNumber>.*?</Part>", re.DOTALL | re.IGNORECASE
)
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def begin(
    store: ObjectStore, request: Request, bucket: str, name: str, fields: Mapping[str, object]
) -> Response:
    store.bucket(bucket)
    check_object_name(name)
    request.body.read()
    opened = {"bucket": bucket, "name": name, "fields": dict(fields), "parts": {}}
    upload = OpenUpload(secrets.token_urlsafe(24), f"parts-{secrets.token_hex(8)}", opened)
    store.catalog.put_upload(upload)
    return _xml("InitiateMultipartUploadResult", Bucket=bucket, Key=name, UploadId=upload.id)


def put_part(store: ObjectStore, request: Request, digests: Mapping[str, str]) -> Response:
    """Answers PUT ?partNumber=N&uploadId=U; a part that comes again replaces the first."""
    number = request.number("partNumber")
    if number is None or number < 1:
        raise ApiError(400, "partNumber is a number from 1")
    _find(store, request)
    content, found = store.content.store(request.body.chunks())
    try:
        check_digests(digests, found)
        with store.catalog.transaction():
            upload = _find(store, request)
            parts = dict(upload.request["parts"])
            before = parts.get(str(number))
            parts[str(number)] = content
            store.catalog.put_upload(replace(upload, request={**upload.request, "parts": parts}))
    except BaseException:
        store.content.remove(content)
        raise
    if before:
        store.content.remove(before)
    return Response(headers={"ETag": f'"{found.md5}"', "X-Goog-Hash": f"crc32c={found.crc32c}"})


def complete(store: ObjectStore, request: Request) -> Response:
    """Answers POST ?uploadId=U: the listed parts, in the order of their numbers, are the object."""
    wanted = sorted({int(number) for number in _PART.findall(request.body.read().decode())})
    with store.catalog.transaction():
        upload = _find(store, request)
        parts: JsonObject = upload.request["parts"]
        missing = [number for number in wanted if str(number) not in parts]
        if missing or not wanted:
            raise ApiError(400, f"InvalidPart: {missing or 'no part'} was not uploaded")
        content, digests = store.content.store(
            store.content.read(*(parts[str(number)] for number in wanted))
        )
        stored = store.insert(
            NewObject(
                bucket=upload.request["bucket"],
                name=upload.request["name"],
                fields=upload.request["fields"],
                content=content,
                digests=replace(digests, md5=None),
                component_count=len(wanted),
            )
        )
        _forget(store, upload)
    etag = f'"{stored.resource["etag"]}"'
    return _xml("CompleteMultipartUploadResult", Bucket=stored.bucket, Key=stored.name, ETag=etag)


def abort(store: ObjectStore, request: Request) -> Response:
    with store.catalog.transaction():
        _forget(store, _find(store, request))
    return Response(status=204)


def _find(store: ObjectStore, request: Request) -> OpenUpload:
    upload = store.catalog.upload(request.first("uploadId"))
    if upload is None or "parts" not in upload.request:
        raise ApiError(404, "NoSuchUpload: it is finished, cancelled or unknown.")
    return upload


def _forget(store: ObjectStore, upload: OpenUpload) -> None:
    store.catalog.delete_upload(upload.id)
    for content in upload.request["parts"].values():
        store.remove_afterwards(content)


def _xml(kind: str, **fields: str) -> Response:
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    text = f"<?xml version='1.0' encoding='UTF-8'?><{kind} xmlns='{_NAMESPACE}'>{inside}</{kind}>"
    return Response(headers={"Content-Type": "application/xml"}, content=text.encode())
