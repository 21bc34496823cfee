"""Sends REST cases, byte for byte as they are written."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

from tests.conformance.case import RestCase, Result
from tests.conformance.compare import rest_difference

_TIMEOUT_S = 30


def run_rest(case: RestCase, base_url: str) -> Result:
    """Returns how the server at `base_url` answered."""
    address = urlsplit(base_url)
    connection = http.client.HTTPConnection(
        address.hostname or "", address.port or 80, timeout=_TIMEOUT_S
    )
    try:
        connection.request(case.method, case.path, _body(case.body), dict(case.headers))
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        difference = rest_difference(case, answer.status, headers, answer.read())
    except (OSError, http.client.HTTPException) as exc:
        difference = f"no answer: {exc!r}"
    finally:
        connection.close()
    return Result(case.group, case.name, difference)


def _body(body: object) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()
