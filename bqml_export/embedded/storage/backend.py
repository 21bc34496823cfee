"""The one place that knows gcp-storage-emulator: where objects are kept and how requests run.

gcp-storage-emulator 2026.7.19 has one maintainer. What is changed and why:

* objects lie in flat, quoted files: no name leaves the folder, and `a` and `a/b` can both exist;
* each generation has a file of its own, and files are replaced as a whole, so that a kill leaves
  either the old object or the new one;
* preconditions, reads of a generation, pages of lists and bucket locations work;
* errors come as JSON, and no request ends in a dropped connection, which clients repeat.
"""

from __future__ import annotations

import logging
import mimetypes
import re
import threading
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote_plus, urlsplit

from gcp_storage_emulator import server as emulator
from gcp_storage_emulator.exceptions import NotFound
from gcp_storage_emulator.handlers import buckets, objects
from gcp_storage_emulator.handlers.objects import _checksums as _with_checksums
from gcp_storage_emulator.handlers.objects import _make_object_resource as _new_resource
from gcp_storage_emulator.settings import STORAGE_DIR
from gcp_storage_emulator.storage import RESUMABLE_DIR, Storage, _FileStore

from bqml_export.embedded.atomic import file_name, write_atomically
from bqml_export.embedded.storage.bucket_rules import (
    check_bucket_name,
    check_patch,
    new_bucket_fields,
)
from bqml_export.embedded.storage.byte_range import UnsatisfiableRangeError, absolute_range
from bqml_export.embedded.storage.listing import ListRequest, list_page
from bqml_export.embedded.storage.object_rules import check_object_name
from bqml_export.embedded.storage.preconditions import Query, conditions, failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Foreign: TypeAlias = Any
"""A request, response, handler or function of gcp-storage-emulator, which has no types."""

Target: TypeAlias = tuple[str, str, dict[str, int]]
"""Bucket, object and preconditions of a request."""

_WRITERS = (objects.insert, objects.copy, objects.rewrite, objects.compose, objects.xml_upload)
_REASONS = {404: "notFound", 409: "conflict", 412: "conditionNotMet", 416: "invalidRange"}
_UPLOAD_ID = re.compile(r"upload_id=([^&]+)")

for _name in ("gcp_storage_emulator", "api.object", "api.bucket"):
    # It logs each missing object as an error; what a client must know is in the response.
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class _AtomicFiles(_FileStore):  # type: ignore[misc]  # it has no types
    """Files that are replaced as a whole."""

    def write_bytes(self, rel: str, content: bytes) -> None:
        write_atomically(self._disk_path(rel), content or b"")


class ObjectFiles(Storage):  # type: ignore[misc]  # it has no types
    """Buckets and objects in a folder. Callers hold `lock` around each use."""

    def __init__(self, directory: Path) -> None:
        super().__init__(data_dir=str(directory))
        self._store = _AtomicFiles(use_memory=False, root=directory / STORAGE_DIR)
        self.lock = threading.RLock()

    def create_file(
        self, bucket: str, name: str, content: bytes, resource: Foreign, file_id: str | None = None
    ) -> None:
        """Keeps an object: first the new content, then the record of it, then the old one goes."""
        if bucket not in self.buckets:
            raise NotFound
        before = self._object_path(bucket, name) if self.resource(bucket, name) else None
        after = _content_path(bucket, name, str(resource["generation"]))
        self._store.write_bytes(after, content)
        self.objects.setdefault(bucket, {})[name] = resource
        if file_id:
            self.delete_resumable_file_obj(file_id)
            self._delete_file(RESUMABLE_DIR, self.safe_id(file_id))
        self._write_config_to_file()
        if before is not None and before != after:
            self._remove(before)

    def delete_file(self, bucket: str, name: str) -> None:
        """Deletes an object: first the record of it, then its content."""
        path = self._object_path(bucket, name)
        super().delete_file(bucket, name)
        self._remove(path)

    def resource(self, bucket: str, name: str) -> dict[str, Any] | None:
        """Returns the Object resource of a live object, or None."""
        found: dict[str, Any] | None = self.objects.get(bucket, {}).get(name)
        return found

    def move_links(self, base_url: str) -> None:
        """Points the download links, which hold the address of their time, to this server."""
        for by_name in self.objects.values():
            for resource in by_name.values():
                link = urlsplit(str(resource["mediaLink"]))
                resource["mediaLink"] = f"{base_url}{link.path}?{link.query}"

    def write_object(self, base_url: str, bucket: str, name: str, content: bytes) -> None:
        """Makes or replaces an object without an HTTP request."""
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        size = str(len(content))
        resource = _new_resource(base_url, bucket, name, kind, size)
        self.create_file(bucket, name, content, _with_checksums(content, resource))

    def read_object(self, bucket: str, name: str) -> bytes:
        """Returns the content of a live object.

        Raises:
            FileNotFoundError: There is none of that name.
        """
        if self.resource(bucket, name) is None:
            raise FileNotFoundError(name)
        content: bytes = self.get_file(bucket, name)
        return content

    def _object_path(self, bucket: str, name: str) -> str:
        current = self.resource(bucket, name)
        return _content_path(bucket, name, str(current["generation"]) if current else "0")

    def _remove(self, path: str) -> None:
        with suppress(FileNotFoundError):
            self._store.remove_file(path)


def _content_path(bucket: str, name: str, generation: str) -> str:
    return f"{bucket}/{file_name(name)}.{generation}"


class RequestRouter:
    """Answers one request of one connection."""

    def __init__(self, handler: Foreign, files: ObjectFiles, uploads: UploadConditions) -> None:
        self._handler = handler
        self._files = files
        self._uploads = uploads

    def handle(self, method: str) -> None:
        """Answers the request; whatever goes wrong becomes a JSON error."""
        method = self._handler.headers.get("x-http-method-override") or method
        request = emulator.Request(self._handler, method)
        response = emulator.Response(self._handler)
        try:
            # The body is read before the lock is taken: a slow client holds nobody up.
            _ = request.data
            with self._files.lock:
                self._route(request, response, method)
        except UnsatisfiableRangeError as exc:
            response.status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            response["Content-Range"] = str(exc)
        except Exception as exc:  # noqa: BLE001 - clients repeat after a dropped connection
            _fail(response, HTTPStatus.BAD_REQUEST, f"{type(exc).__name__}: {exc}")
        if int(response.status) >= 400 and not response._content:  # noqa: SLF001
            _fail(response, response.status, response.status.phrase)
        with suppress(ConnectionError):
            response.close()

    def _route(self, request: Foreign, response: Foreign, method: str) -> None:
        for pattern, handlers in _HANDLERS:
            match = pattern.fullmatch(request.path)
            if match is None:
                continue
            request.set_match(match)
            function = handlers.get(method)
            if function is None and method == "POST" and request.query.get("uploadType"):
                function = objects.insert
            if function is None:
                _fail(response, HTTPStatus.METHOD_NOT_ALLOWED, f"{method} is not supported here")
                return
            self._call(function, request, response, method)
            return
        _fail(response, HTTPStatus.NOT_FOUND, f"{request.path} is not part of the embedded API")

    def _call(self, function: Foreign, request: Foreign, response: Foreign, method: str) -> None:
        target = self._uploads.find(request.query) or _target(function, request)
        problem = check_object_name(target[1]) if target and function in _WRITERS else None
        if problem is not None:
            _fail(response, HTTPStatus.BAD_REQUEST, problem)
            return
        status = self._precondition(function, request, method, target)
        if status is not None:
            response.status = status
            return
        self._fix_range(request)
        function(request, response, self._files)
        self._uploads.remember(request, response)
        if method == "DELETE" and response.status == HTTPStatus.OK:
            response.status = HTTPStatus.NO_CONTENT

    def _precondition(
        self, function: Foreign, request: Foreign, method: str, target: Target | None
    ) -> HTTPStatus | None:
        parameters, query = request.params or {}, request.query
        if target is None:
            return None
        bucket, name, wanted = target
        if "dest_object_id" in parameters:
            source = self._files.resource(parameters["bucket_name"], parameters["object_id"])
            status = failed(conditions(query, "ifSource"), source, "POST")
            if status is not None:
                return status
        current = self._files.resource(bucket, name)
        return failed(wanted, current, method) or self._other_generation(function, request, current)

    def _other_generation(
        self, function: Foreign, request: Foreign, current: dict[str, Any] | None
    ) -> HTTPStatus | None:
        """Only the newest generation is kept: any other one is not found."""
        asked = request.query.get("generation")
        if not asked or current is None or "softDeleted" in request.query:
            return None
        if function is objects.restore or str(current["generation"]) == asked[0]:
            return None
        return HTTPStatus.NOT_FOUND

    def _fix_range(self, request: Foreign) -> None:
        header, parameters = self._handler.headers.get("Range"), request.params or {}
        current = self._files.resource(
            parameters.get("bucket_name", ""), parameters.get("object_id", "")
        )
        if header is None or current is None:
            return
        fixed = absolute_range(header, int(current["size"]))
        if fixed is not None:
            self._handler.headers.replace_header("Range", fixed)


class UploadConditions:
    """The preconditions that resumable uploads were opened with, checked as each chunk arrives."""

    def __init__(self) -> None:
        self._open: dict[str, Target] = {}

    def find(self, query: Query) -> Target | None:
        """Returns bucket, object and preconditions of the upload that a request continues."""
        return self._open.get(query["upload_id"][0]) if "upload_id" in query else None

    def remember(self, request: Foreign, response: Foreign) -> None:
        """Keeps the preconditions when the response opens an upload."""
        found = _UPLOAD_ID.search(response._headers.get("Location", ""))  # noqa: SLF001
        if found is None:
            return
        named = request.query.get("name", [""])[0] or (request.data or {}).get("name")
        bucket = str(request.params["bucket_name"])
        key = unquote_plus(found.group(1))
        self._open[key] = (bucket, str(named), conditions(request.query))


def _target(function: Foreign, request: Foreign) -> Target | None:
    """Returns bucket, object and preconditions of what a request reads or writes."""
    parameters, query = request.params or {}, request.query
    bucket = parameters.get("dest_bucket_name") or parameters.get("bucket_name")
    name = parameters.get("dest_object_id") or parameters.get("object_id")
    if function is objects.insert:
        name = query.get("name", [None])[0]
        if name is None and isinstance(request.data, dict):
            name = (request.data.get("meta") or request.data).get("name")
    if bucket is None or name is None:
        return None
    return bucket, name, conditions(query)


def _fail(response: Foreign, status: HTTPStatus, message: str) -> None:
    response.status = status
    reason = _REASONS.get(int(status), "invalid")
    errors = [{"domain": "global", "reason": reason, "message": message}]
    response.json({"error": {"code": int(status), "message": message, "errors": errors}})


def _insert_bucket(request: Foreign, response: Foreign, files: ObjectFiles) -> None:
    body = request.data if isinstance(request.data, dict) else {}
    problem = check_bucket_name(str(body.get("name") or ""))
    if problem is not None:
        _fail(response, HTTPStatus.BAD_REQUEST, problem)
        return
    buckets.insert(request, response, files)
    if response.status == HTTPStatus.OK:
        resource = files.buckets[body["name"]] | new_bucket_fields(body)
        response.json(files.create_bucket(body["name"], resource))


def _patch_bucket(request: Foreign, response: Foreign, files: ObjectFiles) -> None:
    problem = check_patch(files.get_bucket(request.params["bucket_name"]), request.data or {})
    if problem is not None:
        _fail(response, HTTPStatus.BAD_REQUEST, problem)
        return
    buckets.patch(request, response, files)


def _list_buckets(request: Foreign, response: Foreign, files: ObjectFiles) -> None:
    prefix = request.query.get("prefix", [""])[0]
    found = [files.buckets[name] for name in sorted(files.buckets) if name.startswith(prefix)]
    response.json({"kind": "storage#buckets", "items": found})


def _list_objects(request: Foreign, response: Foreign, files: ObjectFiles) -> None:
    query = request.query
    if "matchGlob" in query or "softDeleted" in query:
        objects.ls(request, response, files)
        return
    bucket = request.params["bucket_name"]
    if files.get_bucket(bucket) is None:
        _fail(response, HTTPStatus.NOT_FOUND, "The specified bucket does not exist.")
        return
    page = list_page(files.objects.get(bucket, {}).values(), _list_request(query))
    body = {"kind": "storage#objects", "items": page.items, "prefixes": page.prefixes}
    response.json(body | ({"nextPageToken": page.next_token} if page.next_token else {}))


def _list_request(query: Query) -> ListRequest:
    def first(name: str) -> str:
        return str(query.get(name, [""])[0])

    return ListRequest(
        prefix=first("prefix"),
        delimiter=first("delimiter"),
        start=first("startOffset"),
        end=first("endOffset"),
        include_trailing_delimiter=first("includeTrailingDelimiter").lower() == "true",
        page_token=first("pageToken"),
        page_size=int(first("maxResults") or 1000),
    )


def _storage_layout(request: Foreign, response: Foreign, files: ObjectFiles) -> None:
    bucket = files.get_bucket(request.params["bucket_name"])
    if bucket is None:
        response.status = HTTPStatus.NOT_FOUND
        return
    kept = {key: bucket[key] for key in ("location", "locationType")}
    space = {"hierarchicalNamespace": {"enabled": False}}
    response.json({"kind": "storage#storageLayout", "bucket": bucket["name"], **kept, **space})


def _empty(kind: str) -> Callable[[Foreign, Foreign, Foreign], None]:
    return lambda _request, response, _files: response.json({"kind": kind, "items": []})


def _handlers() -> Iterator[tuple[re.Pattern[str], dict[str, Any]]]:
    """Yields our handlers before the emulator's; its GET /wipe, which empties all, is left out."""
    for root in ("/storage/v1", ""):
        bucket = rf"{root}/b/(?P<bucket_name>[-.\w]+)"
        yield re.compile(f"{bucket}/storageLayout"), {"GET": _storage_layout}
        yield re.compile(f"{bucket}/managedFolders"), {"GET": _empty("storage#managedFolders")}
        yield re.compile(f"{bucket}/folders"), {"GET": _empty("storage#folders")}
        yield re.compile(f"{root}/b"), {"GET": _list_buckets, "POST": _insert_bucket}
        yield (
            re.compile(bucket),
            {"GET": buckets.get, "DELETE": buckets.delete, "PATCH": _patch_bucket},
        )
        yield re.compile(f"{bucket}/o"), {"GET": _list_objects}
    for pattern, handlers in emulator.HANDLERS:
        if pattern != "^/wipe$":
            yield re.compile(pattern), handlers


_HANDLERS = tuple(_handlers())
