"""The bodies that TensorFlow Serving gives to errors."""

from __future__ import annotations

import json

from serve_app.errors import InternalError, OverloadedError, ServeAppError
from serve_app.protocols.http import JSON, Answer, Headers
from serve_app.protocols.tfs.rest.routes import EmptyBodyError

_HTML: Headers = ((b"content-type", b"text/html"), (b"connection", b"close"))
_REASONS = {400: "Bad Request", 404: "Not Found", 501: "Not Implemented"}


def error_answer(error: Exception) -> Answer:
    """Returns the one-key body `{"error": ...}` with the status of `error`."""
    if not isinstance(error, ServeAppError):
        error = InternalError("Internal error, see the server's log")
    if isinstance(error, EmptyBodyError):
        return Answer(error.http_status, b"")
    body = json.dumps({"error": error.message}, indent=4, ensure_ascii=False)
    extra: Headers = ()
    if isinstance(error, OverloadedError):
        extra = ((b"retry-after", str(error.retry_after_s).encode()),)
    return Answer(error.http_status, body.encode(errors="surrogateescape"), JSON + extra)


def html_answer(status: int) -> Answer:
    """Returns the page with which TensorFlow Serving answers what is not under /v1/."""
    reason = _REASONS[status]
    page = (
        f"<HTML><HEAD>\n<TITLE>{status} {reason}</TITLE>\n</HEAD><BODY>\n"
        f"<H1>{reason}</H1>\n</BODY></HTML>\n"
    )
    return Answer(status, page.encode(), _HTML)
