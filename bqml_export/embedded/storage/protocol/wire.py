"""Requests and responses of the JSON API, and its one form of errors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import BinaryIO, Protocol

from bqml_export.embedded.http.multipart import MultipartError, Part, read_parts
from bqml_export.embedded.storage.protocol.preconditions import Query
from foundation.json_types import JsonObject

_REASONS = {
    400: "invalid",
    403: "forbidden",
    404: "notFound",
    405: "methodNotAllowed",
    409: "conflict",
    411: "required",
    412: "conditionNotMet",
    416: "requestedRangeNotSatisfiable",
}
_CLIENT_CLOSED_REQUEST = 499


class ApiError(Exception):
    """What a request ends with when it cannot be done.

    Never a 5xx: Google's clients repeat those for minutes.
    """

    def __init__(self, status: int, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason or _REASONS.get(status, "invalid")
        self.headers: dict[str, str] = {}

    def response(self) -> Response:
        """Returns the error in Google's JSON form; a 304 has no body."""
        if self.status == HTTPStatus.NOT_MODIFIED:
            return Response(status=self.status, headers=self.headers)
        errors = [{"domain": "global", "reason": self.reason, "message": self.message}]
        body = {"error": {"code": self.status, "message": self.message, "errors": errors}}
        answer = json_response(body, status=self.status)
        answer.headers.update(self.headers)
        return answer


def not_supported(what: str) -> ApiError:
    message = f"The embedded Cloud Storage does not support {what}."
    return ApiError(400, message, reason="notImplemented")


class Body(Protocol):
    """The bytes of a request, read once."""

    def chunks(self) -> Iterable[bytes]: ...

    def read(self) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; names in `path` are still percent-encoded."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: Body
    base_url: str

    def first(self, name: str, default: str = "") -> str:
        return str(self.query.get(name, [default])[0])

    def flag(self, name: str) -> bool:
        return self.first(name).lower() in ("true", "1")

    def number(self, name: str) -> int | None:
        """Returns a whole number among the query parameters, or None where it is absent."""
        text = self.first(name)
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            raise ApiError(400, f"Invalid value for {name}: '{text}' is not a number") from None

    def json(self) -> JsonObject:
        """Returns the JSON object in the body, an empty one where there is no body."""
        return json_object(self.body.read())

    def parts(self) -> list[Part]:
        try:
            return read_parts(self.body.read(), self.headers.get("Content-Type", ""))
        except MultipartError as exc:
            raise ApiError(400, str(exc)) from None


def json_object(text: bytes) -> JsonObject:
    try:
        content = json.loads(text) if text.strip() else {}
    except ValueError:
        raise ApiError(400, "Parse Error", reason="parseError") from None
    if not isinstance(content, dict):
        raise ApiError(400, "Expected a JSON object", reason="parseError")
    return content


@dataclass(frozen=True, slots=True)
class FileSlice:
    """A part of an open file; whoever sends it closes it."""

    file: BinaryIO
    start: int
    length: int


@dataclass(slots=True, kw_only=True)
class Response:
    """One response."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | FileSlice = b""

    @property
    def length(self) -> int:
        return self.content.length if isinstance(self.content, FileSlice) else len(self.content)

    @property
    def phrase(self) -> str:
        known = self.status != _CLIENT_CLOSED_REQUEST
        return HTTPStatus(self.status).phrase if known else "Client Closed Request"


def json_response(content: JsonObject, status: int = 200) -> Response:
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    text = json.dumps(content, ensure_ascii=False)
    return Response(status=status, headers=headers, content=text.encode("utf-8"))


NO_CONTENT = 204
