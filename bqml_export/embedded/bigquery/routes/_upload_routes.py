"""jobs.insert with data: multipart, resumable and media uploads of load jobs."""

from __future__ import annotations

import re
import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bqml_export.embedded.bigquery.protocol.wire import Json, Request, Response, parse_object
from bqml_export.errors import InvalidQueryError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

_RANGE = re.compile(r"bytes (?:(?P<start>\d+)-(?P<end>\d+)|\*)/(?P<total>\d+|\*)")
_BOUNDARY = re.compile(r"""boundary=["']?([^"';]+)""")


@dataclass(slots=True)
class _Session:
    """One resumable upload that is not complete."""

    project: str
    body: Json
    content: bytearray = field(default_factory=bytearray)


class UploadRoutes:
    """Handlers of `/upload/bigquery/v2/projects/{project}/jobs`."""

    def __init__(self, insert: Callable[[str, Json, bytes], Response]) -> None:
        self._insert = insert
        self._sessions: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def start(self, request: Request, project: str) -> Response:
        """Takes a whole multipart upload, or opens a resumable one."""
        kind = request.query.get("uploadType")
        if kind == "multipart":
            body, content = parse_multipart(request)
            return self._insert(project, body, content)
        if kind == "resumable":
            return self._open(request, project)
        raise InvalidQueryError(
            f"uploadType must be multipart or resumable for load jobs, got {kind!r}"
        )

    def resume(self, request: Request, project: str) -> Response:
        """Takes the next chunk of a resumable upload, or tells how much has arrived."""
        upload_id = request.query.get("upload_id", "")
        with self._lock:
            session = self._sessions.get(upload_id)
            if session is None or session.project != project:
                raise NotFoundError(f"Not found: Upload {upload_id}")
            if not _append(session.content, request):
                return _incomplete(session.content)
            del self._sessions[upload_id]
        return self._insert(project, session.body, bytes(session.content))

    def _open(self, request: Request, project: str) -> Response:
        upload_id = uuid.uuid4().hex
        with self._lock:
            self._sessions[upload_id] = _Session(project, request.json())
        location = f"{request.base_url}{request.path}?uploadType=resumable&upload_id={upload_id}"
        return Response(200, b"{}", (("content-type", "application/json"), ("location", location)))


def parse_multipart(request: Request) -> tuple[Json, bytes]:
    """Returns the job and the data of a multipart/related body.

    Raises:
        InvalidQueryError: The body has another form.
    """
    match = _BOUNDARY.search(request.headers.get("content-type", ""))
    if match is None:
        raise InvalidQueryError("A multipart upload needs a boundary in its Content-Type")
    delimiter = b"--" + match[1].encode()
    first = request.body.find(delimiter)
    second = request.body.find(delimiter, first + len(delimiter))
    last = request.body.rfind(delimiter)
    if not 0 <= first < second < last:
        raise InvalidQueryError("A multipart upload has two parts: the job and the data")
    job = _part(request.body[first + len(delimiter) : second])
    return parse_object(job), _part(request.body[second + len(delimiter) : last])


def _part(text: bytes) -> bytes:
    line_end = b"\r\n" if text.startswith(b"\r\n") else b"\n"
    _, found, content = text.partition(line_end * 2)
    if not found:
        raise InvalidQueryError("A part of the multipart upload has no content")
    return content.removesuffix(line_end)


def _append(content: bytearray, request: Request) -> bool:
    """Adds the chunk and returns whether the upload is complete."""
    header = request.headers.get("content-range")
    if header is None:
        content[:] = request.body
        return True
    match = _RANGE.fullmatch(header.strip())
    if match is None:
        raise InvalidQueryError(f"Content-Range has no form that is known: {header}")
    if match["start"] is not None:
        if int(match["start"]) != len(content):
            raise InvalidQueryError(
                f"The chunk starts at byte {match['start']}, but {len(content)} have arrived"
            )
        content += request.body
    return match["total"] != "*" and len(content) >= int(match["total"])


def _incomplete(content: bytearray) -> Response:
    headers = (("range", f"bytes=0-{len(content) - 1}"),) if content else ()
    return Response(308, b"", headers)
