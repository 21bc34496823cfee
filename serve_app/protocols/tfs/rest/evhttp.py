"""What TensorFlow Serving's HTTP library (libevent's evhttp) refuses before anything is routed.

Its pages are HTML and close the connection. A server in front of this application may have refused
such a request in its own way already; docs/compatibility.md lists what remains.
"""

from __future__ import annotations

import re
from functools import lru_cache

from serve_app.protocols.http import Answer
from serve_app.protocols.tfs.rest.answers import html_answer

_METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"})
_CHARACTER = r"[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2}"
_TARGET = re.compile(rf"(?:{_CHARACTER})*(?:\?(?:{_CHARACTER}|\?)*)?")


@lru_cache(maxsize=1024)
def refusal(method: str, target: str) -> Answer | None:
    """Returns evhttp's page for an unknown method or a malformed target, None for a good request.

    `target` is the raw path plus `?query`, as sent; bytes beyond ASCII as latin-1.
    """
    if method not in _METHODS:
        return html_answer(501)
    return None if _TARGET.fullmatch(target) else html_answer(400)
