"""Which request is answered by what, and what is refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias
from urllib.parse import unquote

from bqml_export.embedded.storage.protocol.wire import ApiError, Request, Response, not_supported
from bqml_export.embedded.storage.routes import _access, _buckets, _downloads, _objects
from bqml_export.embedded.storage.routes._batch import batch
from bqml_export.embedded.storage.routes._public_access import PublicAccess
from bqml_export.embedded.storage.routes._uploads import Uploads
from bqml_export.embedded.storage.store.object_store import ObjectStore

Handler: TypeAlias = Callable[..., Response]
Route: TypeAlias = tuple[str, re.Pattern[str], Handler]

_PUBLIC = re.compile(r"/(?!(?:storage/v1|b|upload|download)/)(?P<bucket>[^/]+)/(?P<name>.+)")
_UNSUPPORTED = {
    "notificationConfigs": "Pub/Sub notifications",
    "hmacKeys": "HMAC keys",
    "anywhereCaches": "Anywhere Cache",
    "o/watch": "watching a bucket",
    "channels/stop": "watching a bucket",
    "acl": "changing single entries of an ACL",
    "defaultObjectAcl": "changing single entries of an ACL",
    "lockRetentionPolicy": "locked retention policies",
    "folders": "folders",
    "managedFolders": "managed folders",
    "operations": "long-running operations",
    "relocate": "moving a bucket to another location",
    "restore": "soft-deleted buckets",
    "bulkRestore": "restoring many objects at once",
}


class Router:
    """Answers every request of the JSON API and of public URLs."""

    def __init__(self, store: ObjectStore) -> None:
        self._uploads = Uploads(store)
        self._routes = list(self._all(store))

    def answer(self, request: Request) -> Response:
        others = set()
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(request.path)
            if match is None:
                continue
            if method == request.method or (method, request.method) == ("GET", "HEAD"):
                named = {key: unquote(value) for key, value in match.groupdict().items()}
                return handler(request, **named)
            others.add(method)
        raise _refusal(request, others)

    def _all(self, store: ObjectStore) -> Iterator[Route]:
        yield from self._uploading()
        for root in ("/storage/v1", ""):
            # Some clients leave /storage/v1 out when they are pointed at an emulator.
            for method, path, handler in _JSON_API:
                yield method, _pattern(root + path), partial(handler, store)
        media = partial(_downloads.download, store)
        for root in ("/download/storage/v1", "/storage/v1", ""):
            yield "GET", _pattern(f"{root}/b/{{bucket}}/o/{{name}}"), media
        yield "POST", _pattern("/batch/storage/v1"), lambda request: batch(request, self.answer)
        yield "POST", _pattern("/batch"), lambda request: batch(request, self.answer)
        yield "GET", _pattern("/"), lambda _request: Response(content=b"OK")
        public = PublicAccess(store)
        for method, handler in public.handlers():
            yield method, _PUBLIC, handler

    def _uploading(self) -> Iterator[Route]:
        for root in ("/upload/storage/v1", "/resumable/upload/storage/v1", "/storage/v1", ""):
            where = _pattern(f"{root}/b/{{bucket}}/o")
            yield "POST", where, self._post_upload
            yield "PUT", where, lambda request, bucket: self._uploads.resume(request)  # noqa: ARG005
            yield "DELETE", where, lambda request, bucket: self._uploads.cancel(request)  # noqa: ARG005

    def _post_upload(self, request: Request, bucket: str) -> Response:
        if request.first("upload_id"):  # some clients resume with POST
            return self._uploads.resume(request)
        return self._uploads.insert(request, bucket)


def _get_object(store: ObjectStore, request: Request, bucket: str, name: str) -> Response:
    if request.first("alt") == "media":
        return _downloads.download(store, request, bucket, name)
    return _objects.show(store, request, bucket, name)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "/?" * (path == "/"))


_JSON_API: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/b", _buckets.listing),
    ("POST", "/b", _buckets.insert),
    ("GET", "/b/{bucket}", _buckets.get),
    ("PATCH", "/b/{bucket}", _buckets.patch),
    ("PUT", "/b/{bucket}", _buckets.update),
    ("DELETE", "/b/{bucket}", _buckets.delete),
    ("GET", "/b/{bucket}/storageLayout", _buckets.storage_layout),
    ("GET", "/b/{bucket}/folders", _buckets.no_folders),
    ("GET", "/b/{bucket}/managedFolders", _buckets.no_folders),
    ("GET", "/b/{bucket}/notificationConfigs", _buckets.no_notifications),
    ("GET", "/b/{bucket}/iam", _access.get_policy),
    ("PUT", "/b/{bucket}/iam", _access.set_policy),
    ("GET", "/b/{bucket}/iam/testPermissions", _access.test_permissions),
    ("GET", "/b/{bucket}/acl", _access.bucket_acl),
    ("GET", "/b/{bucket}/defaultObjectAcl", _access.default_object_acl),
    ("GET", "/b/{bucket}/o", _objects.listing),
    ("GET", "/b/{bucket}/o/{name}", _get_object),
    ("PATCH", "/b/{bucket}/o/{name}", _objects.patch),
    ("PUT", "/b/{bucket}/o/{name}", _objects.update),
    ("DELETE", "/b/{bucket}/o/{name}", _objects.delete),
    ("GET", "/b/{bucket}/o/{name}/acl", _access.object_acl),
    ("POST", "/b/{bucket}/o/{name}/restore", _objects.restore),
    ("POST", "/b/{bucket}/o/{name}/compose", _objects.compose),
    ("POST", "/b/{bucket}/o/{name}/copyTo/b/{to_bucket}/o/{to_name}", _objects.copy),
    ("POST", "/b/{bucket}/o/{name}/rewriteTo/b/{to_bucket}/o/{to_name}", _objects.rewrite),
    ("POST", "/b/{bucket}/o/{name}/moveTo/o/{to_name}", _objects.move),
    ("GET", "/projects/{project}/serviceAccount", _buckets.service_account),
)


def _refusal(request: Request, others: set[str]) -> ApiError:
    for path, what in _UNSUPPORTED.items():
        if f"/{path}/" in f"{request.path}/":
            return not_supported(what)
    if others:
        allowed = ", ".join(sorted(others))
        return ApiError(405, f"{request.method} is not possible here, only {allowed}.")
    return ApiError(404, f"{request.path} is not part of the embedded Cloud Storage.")
