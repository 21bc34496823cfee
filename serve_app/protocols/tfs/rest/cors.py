"""Cross-origin requests of browsers: TensorFlow Serving's --rest_api_enable_cors_support."""

from __future__ import annotations

from serve_app.protocols.http import Answer, Headers

ALLOW: Headers = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST, GET"),
    (b"access-control-allow-headers", b"Content-Type"),
)
"""What lets a page of any origin read an answer."""


def preflight(origin: bytes) -> Answer:
    """Returns the answer to an OPTIONS request: 200 to a browser's, else 400; both are empty.

    TensorFlow Serving answers them with the switch off as well.
    """
    is_browser = b"http://" in origin or b"https://" in origin
    html: Headers = ((b"content-type", b"text/html; charset=ISO-8859-1"),)
    return Answer(200 if is_browser else 400, b"", html)
