"""Requests, responses and errors as BigQuery's REST API writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bqml_export.errors import InvalidQueryError, QueryError

Json: TypeAlias = dict[str, Any]
"""A JSON object of the REST API."""

_STATUS_TEXT = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request with its whole body; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    query_string: str = ""

    def json(self) -> Json:
        return parse_object(self.body)

    @property
    def base_url(self) -> str:
        """The address that the client used, without a path."""
        return f"http://{self.headers.get('host', '127.0.0.1')}"


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json; charset=UTF-8"),)

    def json(self) -> Json:
        return parse_object(self.body) if self.body else {}


def parse_object(text: bytes) -> Json:
    try:
        value = json.loads(text or b"{}")
    except ValueError as exc:
        raise InvalidQueryError(f"The request body is not JSON: {exc}") from exc
    if not isinstance(value, dict):
        raise InvalidQueryError("The request body must be a JSON object")
    return value


def json_response(body: Json, status: int = 200) -> Response:
    return Response(status, json.dumps(body).encode())


def error_proto(error: QueryError) -> Json:
    """Returns BigQuery's ErrorProto of `error`, as in `status.errorResult` of a job."""
    return {"reason": error.reason, "message": str(error), "location": "query"}


def error_response(error: QueryError) -> Response:
    status = error.http_status
    body = {
        "error": {
            "code": status,
            "message": str(error),
            "status": _STATUS_TEXT.get(status, "ALREADY_EXISTS" if status == 409 else "UNKNOWN"),
            "errors": [{"domain": "global", "reason": error.reason, "message": str(error)}],
        }
    }
    return json_response(body, status)
