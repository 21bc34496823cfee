"""objects.insert: uploads in one request, with metadata, or resumable."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bqml_export.embedded.storage.protocol.preconditions import conditions
from bqml_export.embedded.storage.protocol.wire import (
    ApiError,
    Request,
    Response,
    json_object,
    not_supported,
)
from bqml_export.embedded.storage.routes._access import predefined_acl
from bqml_export.embedded.storage.routes._presentation import object_response
from bqml_export.embedded.storage.store.catalog import OpenUpload, StoredObject
from bqml_export.embedded.storage.store.content import Digests, GrowingFile
from bqml_export.embedded.storage.store.object_rules import check_object_name, header_digests
from bqml_export.embedded.storage.store.object_store import NewObject, ObjectStore
from foundation.json_types import JsonObject

_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+|\*)|\*)/(\d+|\*)")


@dataclass(slots=True)
class _Session:
    """The open file of a resumable upload; one request at a time writes to it."""

    file: GrowingFile
    lock: threading.Lock = field(default_factory=threading.Lock)


class Uploads:
    """Takes uploads; the resumable ones outlive the server."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._sessions: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def insert(self, request: Request, bucket: str) -> Response:
        """Answers POST .../o with any uploadType."""
        kind = request.first("uploadType")
        if kind == "multipart":
            return self._multipart(request, bucket)
        if kind == "resumable":
            return self._open(request, bucket)
        if kind == "media":
            fields = {"contentType": request.headers.get("Content-Type")}
            name = request.first("name")
            return self._at_once(request, bucket, name, fields, request.body.chunks())
        raise ApiError(400, f"uploadType is media, multipart or resumable, got '{kind}'")

    def _multipart(self, request: Request, bucket: str) -> Response:
        parts = request.parts()
        if len(parts) != 2:
            raise ApiError(400, f"A multipart upload has 2 parts, got {len(parts)}")
        fields = json_object(parts[0].content)
        given = parts[1].headers.get("Content-Type")
        fields = {"contentType": given, **fields}
        name = request.first("name") or str(fields.get("name") or "")
        return self._at_once(request, bucket, name, fields, [parts[1].content])

    def _at_once(
        self,
        request: Request,
        bucket: str,
        name: str,
        fields: JsonObject,
        chunks: Iterable[bytes],
    ) -> Response:
        opened = self._opened(request, bucket, name, fields)
        content, digests = self._store.content.store(chunks)
        return object_response(request, self._insert(opened, content, digests))

    def _opened(self, request: Request, bucket: str, name: str, fields: JsonObject) -> JsonObject:
        """Returns what an upload is opened with, after everything that can be checked was."""
        resource = self._store.bucket(bucket)
        check_object_name(name)
        if request.first("kmsKeyName") or request.headers.get("X-Goog-Encryption-Key"):
            raise not_supported("encryption keys of the customer's own")
        fields = {key: value for key, value in fields.items() if value is not None}
        fields |= header_digests(request.headers.get("X-Goog-Hash"))
        if encoding := request.first("contentEncoding"):
            fields["contentEncoding"] = encoding
        if acl := predefined_acl(resource, request.first("predefinedAcl")):
            fields["acl"] = acl
        wanted = {key: list(values) for key, values in request.query.items() if "Match" in key}
        self._store.require(bucket, name, conditions(wanted))
        return {"bucket": bucket, "name": name, "fields": fields, "conditions": wanted}

    def _insert(self, opened: JsonObject, content: str, digests: Digests) -> StoredObject:
        return self._store.insert(
            NewObject(
                bucket=opened["bucket"],
                name=opened["name"],
                fields=opened["fields"],
                content=content,
                digests=digests,
                conditions=conditions(opened["conditions"]),
            )
        )

    def _open(self, request: Request, bucket: str) -> Response:
        fields = request.json()
        name = request.first("name") or str(fields.get("name") or "")
        typed = {"contentType": request.headers.get("X-Upload-Content-Type"), **fields}
        opened = self._opened(request, bucket, name, typed)
        upload = OpenUpload(secrets.token_urlsafe(24), self._store.content.new_name(), opened)
        self._store.catalog.put_upload(upload)
        where = f"{request.base_url}/upload/storage/v1/b/{bucket}/o"
        link = f"{where}?uploadType=resumable&upload_id={upload.id}"
        return Response(headers={"Location": link, "X-GUploader-UploadID": upload.id})

    def resume(self, request: Request) -> Response:
        """Answers PUT .../o?upload_id=...: the next bytes, or a question how many have come."""
        session = self._session(self._find(request))
        with session.lock:
            # Another request may have finished or cancelled it while this one waited.
            upload = self._find(request)
            if "generation" in upload.request:
                self._sessions.pop(upload.id, None)
                return object_response(request, self._made(upload))
            total = _receive(request, session.file)
            if total is None or session.file.size_bytes < total:
                return _incomplete(session.file.size_bytes)
            return object_response(request, self._finish(request, upload, session))

    def _finish(self, request: Request, upload: OpenUpload, session: _Session) -> StoredObject:
        """Makes the object; a refusal, for example of a checksum, ends the upload as well."""
        fields = header_digests(request.headers.get("X-Goog-Hash"))
        opened = {**upload.request, "fields": {**upload.request["fields"], **fields}}
        digests = session.file.finish()
        try:
            with self._store.catalog.transaction():
                stored = self._insert(opened, upload.content, digests)
                made = {
                    "bucket": stored.bucket,
                    "name": stored.name,
                    "generation": stored.generation,
                }
                self._store.catalog.put_upload(OpenUpload(upload.id, "", made))
        except ApiError:
            self._store.catalog.delete_upload(upload.id)
            raise
        finally:
            self._sessions.pop(upload.id, None)
        return stored

    def _made(self, upload: OpenUpload) -> StoredObject:
        """Returns what a finished upload made, for a client that did not get the answer."""
        made = upload.request
        return self._store.object(made["bucket"], made["name"], made["generation"])

    def cancel(self, request: Request) -> Response:
        """Answers DELETE .../o?upload_id=...; Cloud Storage says 499 when it has worked."""
        session = self._session(self._find(request))
        with session.lock:
            upload = self._find(request)
            if "generation" in upload.request:
                raise ApiError(400, "The upload is finished and cannot be cancelled.")
            self._store.catalog.delete_upload(upload.id)
            self._store.content.remove(upload.content)
            self._sessions.pop(upload.id, None)
        return Response(status=499)

    def _find(self, request: Request) -> OpenUpload:
        upload = self._store.catalog.upload(request.first("upload_id"))
        if upload is None or "parts" in upload.request:
            raise ApiError(404, "The upload is not open: it is cancelled or unknown.")
        return upload

    def _session(self, upload: OpenUpload) -> _Session:
        with self._lock:
            growing = GrowingFile(self._store.content.path(upload.content))
            return self._sessions.setdefault(upload.id, _Session(growing))


def _receive(request: Request, file: GrowingFile) -> int | None:
    """Appends the bytes of a request; returns the size of the whole where that is known.

    Bytes that have arrived before are passed over, so that a client may send some again.
    """
    header = request.headers.get("Content-Range", "bytes 0-*/*").strip()
    found = _CONTENT_RANGE.fullmatch(header)
    if found is None:
        raise ApiError(400, f"Invalid Content-Range: '{header}'")
    if found[1] is not None:
        first, there = int(found[1]), file.size_bytes
        if first > there:
            raise ApiError(400, f"Invalid Content-Range: {there} bytes have come, not {first}")
        file.append(_skip(request.body.chunks(), there - first))
    total = int(found[3]) if found[3] != "*" else None
    if total is not None and file.size_bytes > total:
        raise ApiError(400, f"Invalid Content-Range: {file.size_bytes} bytes have come of {total}")
    open_end = found[2] == "*"  # the whole rest in one request: its end is the object's
    return file.size_bytes if total is None and open_end else total


def _skip(chunks: Iterable[bytes], count: int) -> Iterator[bytes]:
    for chunk in chunks:
        rest = chunk[count:]
        count = max(count - len(chunk), 0)
        if rest:
            yield rest


def _incomplete(received: int) -> Response:
    headers = {"Range": f"bytes=0-{received - 1}"} if received else {}
    return Response(status=308, headers=headers)
