"""The bytes of objects on their way out."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from datetime import datetime
from email.utils import format_datetime
from typing import BinaryIO

from bqml_export.embedded.storage.protocol.byte_range import UnsatisfiableRangeError, absolute_range
from bqml_export.embedded.storage.protocol.wire import (
    ApiError,
    FileSlice,
    Request,
    Response,
    not_supported,
)
from bqml_export.embedded.storage.routes._objects import find
from bqml_export.embedded.storage.store.catalog import StoredObject
from bqml_export.embedded.storage.store.object_store import ObjectStore
from foundation.json_types import JsonObject

_FIELDS = {
    "contentType": "Content-Type",
    "cacheControl": "Cache-Control",
    "contentDisposition": "Content-Disposition",
    "contentEncoding": "Content-Encoding",
    "contentLanguage": "Content-Language",
    "storageClass": "X-Goog-Storage-Class",
    "generation": "X-Goog-Generation",
    "metageneration": "X-Goog-Metageneration",
    "size": "X-Goog-Stored-Content-Length",
}


def download(store: ObjectStore, request: Request, bucket: str, name: str) -> Response:
    if request.headers.get("X-Goog-Encryption-Key"):
        raise not_supported("encryption keys of the customer's own")
    # The file is opened before anybody can delete the object: what is open stays readable.
    with store.catalog.transaction():
        stored = find(store, request, bucket, name)
        file = store.content.path(stored.content).open("rb")
    try:
        return _response(request, stored, file)
    except BaseException:
        file.close()
        raise


def _response(request: Request, stored: StoredObject, file: BinaryIO) -> Response:
    headers = _headers(stored.resource)
    for parameter in ("Content-Disposition", "Content-Type", "Content-Encoding"):
        if given := request.first(f"response-{parameter.lower()}"):
            headers[parameter] = given
    size = int(stored.resource["size"])
    if _wants_it_unpacked(request, stored.resource):
        return _unpacked(file, headers)
    bounds = _range(request, size)
    if bounds is None:
        headers["X-Goog-Hash"] = _hashes(stored.resource)
        return Response(headers=headers, content=FileSlice(file, 0, size))
    first, last = bounds
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Response(status=206, headers=headers, content=FileSlice(file, first, last - first + 1))


def _range(request: Request, size: int) -> tuple[int, int] | None:
    try:
        return absolute_range(request.headers.get("Range", ""), size)
    except UnsatisfiableRangeError as exc:
        error = ApiError(416, "The requested range cannot be satisfied.")
        error.headers["Content-Range"] = str(exc)
        raise error from exc


def _headers(resource: JsonObject) -> dict[str, str]:
    headers = {
        header: str(resource[field]) for field, header in _FIELDS.items() if resource.get(field)
    }
    headers["X-Goog-Stored-Content-Encoding"] = resource.get("contentEncoding") or "identity"
    headers["ETag"] = f'"{resource["etag"]}"'
    updated = datetime.fromisoformat(resource["updated"])
    headers["Last-Modified"] = format_datetime(updated, usegmt=True)
    headers["Accept-Ranges"] = "bytes"
    for key, value in (resource.get("metadata") or {}).items():
        if f"{key}{value}".isascii() and f"{key}{value}".isprintable():
            headers[f"X-Goog-Meta-{key}"] = str(value)
    return headers


def _hashes(resource: JsonObject) -> str:
    md5 = [f"md5={resource['md5Hash']}"] if resource.get("md5Hash") else []
    return ",".join([f"crc32c={resource['crc32c']}", *md5])


def _wants_it_unpacked(request: Request, resource: JsonObject) -> bool:
    packed = resource.get("contentEncoding") == "gzip"
    untouched = "no-transform" in (resource.get("cacheControl") or "")
    return packed and not untouched and "gzip" not in request.headers.get("Accept-Encoding", "")


def _unpacked(file: BinaryIO, headers: dict[str, str]) -> Response:
    plain = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    try:
        with file, gzip.GzipFile(fileobj=file) as packed:
            shutil.copyfileobj(packed, plain)
    except (OSError, EOFError) as exc:
        plain.close()
        raise ApiError(400, "The object says that it is gzip, and it is not.") from exc
    headers.pop("Content-Encoding", None)
    headers["Warning"] = "214 UploadServer gunzipped"
    return Response(headers=headers, content=FileSlice(plain, 0, plain.tell()))
