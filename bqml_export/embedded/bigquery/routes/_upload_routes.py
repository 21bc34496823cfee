"""jobs.insert with data: multipart, resumable and media uploads of load jobs."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from bqml_export.embedded.bigquery.protocol.wire import Json, Request, Response, parse_object
from bqml_export.embedded.http.multipart import MultipartError, read_parts
from bqml_export.errors import InvalidQueryError, NotFoundError

_RANGE = re.compile(r"bytes (?:(?P<start>\d+)-(?P<end>\d+)|\*)/(?P<total>\d+|\*)")


@dataclass(slots=True)
class _Session:
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
        kind = request.query.get("uploadType")
        if kind == "multipart":
            return self._insert(project, *_job_and_data(request))
        if kind == "resumable":
            return self._open(request, project)
        raise InvalidQueryError(
            f"uploadType must be multipart or resumable for load jobs, got {kind!r}"
        )

    def resume(self, request: Request, project: str) -> Response:
        """Takes the next chunk, or tells how much has arrived."""
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


def _job_and_data(request: Request) -> tuple[Json, bytes]:
    try:
        parts = read_parts(request.body, request.headers.get("content-type", ""))
    except MultipartError as exc:
        raise InvalidQueryError(str(exc)) from None
    if len(parts) != 2:
        raise InvalidQueryError("A multipart upload has two parts: the job and the data")
    return parse_object(parts[0].content), parts[1].content


def _append(content: bytearray, request: Request) -> bool:
    """Returns whether the upload is complete."""
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
