"""An HTTP answer, and the bodies that TensorFlow Serving gives to errors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeAlias

from serve_app.errors import OverloadedError, ServeAppError
from serve_app.kinds.signature import Json
from serve_app.protocols.tfs.rest.target import EmptyBodyError

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

_JSON: Headers = ((b"content-type", b"application/json"),)
_HTML: Headers = ((b"content-type", b"text/html"), (b"connection", b"close"))
_REASONS = {400: "Bad Request", 404: "Not Found", 501: "Not Implemented"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of one response."""

    status: int
    body: bytes
    headers: Headers = _JSON


def json_answer(value: Json, status: int = 200) -> Answer:
    """Returns `value` as JSON, indented by one space as TensorFlow Serving prints messages."""
    return Answer(status, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())


def error_answer(error: ServeAppError) -> Answer:
    """Returns the one-key body `{"error": ...}` with the status of `error`."""
    if isinstance(error, EmptyBodyError):
        return Answer(error.http_status, b"")
    body = json.dumps({"error": error.message}, indent=4, ensure_ascii=False)
    extra: Headers = ()
    if isinstance(error, OverloadedError):
        extra = ((b"retry-after", str(error.retry_after_s).encode()),)
    return Answer(error.http_status, body.encode(errors="surrogateescape"), _JSON + extra)


def html_answer(status: int) -> Answer:
    """Returns the page with which TensorFlow Serving answers what is not under /v1/."""
    reason = _REASONS[status]
    page = (
        f"<HTML><HEAD>\n<TITLE>{status} {reason}</TITLE>\n</HEAD><BODY>\n"
        f"<H1>{reason}</H1>\n</BODY></HTML>\n"
    )
    return Answer(status, page.encode(), _HTML)
