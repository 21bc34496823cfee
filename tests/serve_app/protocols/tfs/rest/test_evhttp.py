"""What is refused before anything is routed."""

from __future__ import annotations

import pytest

from serve_app.protocols.tfs.rest.evhttp import refusal


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_known_methods_pass(method: str) -> None:
    """Routing decides what becomes of them."""
    assert refusal(method, "/v1/models/m") is None


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "FROB", "get"])
def test_other_methods_are_501(method: str) -> None:
    """With an HTML page, and a malformed target makes no difference."""
    answer = refusal(method, "/v1/models/%")
    assert answer is not None
    assert (answer.status, dict(answer.headers)[b"content-type"]) == (501, b"text/html")
    assert b"<TITLE>501 Not Implemented</TITLE>" in answer.body


@pytest.mark.parametrize(
    "target",
    ["/", "/v1/a%2Fb", "/v1/a-._~!$&'()*+,;=:@", "/v1?a=%20&b=/?", "/V1/%ff", "*", "/a?"],
)
def test_well_formed_targets_pass(target: str) -> None:
    """Escapes need not be valid UTF-8."""
    assert refusal("GET", target) is None


@pytest.mark.parametrize(
    "target",
    ["/v1/%2", "/v1/%", "/v1/%zz", "/%", "/v1?a=%", "/v1/a b", "/v1/<", '/v1/"', "/v1/{a}",
     "/v1/[a]", "/v1/a|b", "/v1/a\\b", "/v1/a^b", "/v1/`", "/v1/\x7f", "/v1/\xe9"],
)  # fmt: skip
def test_malformed_targets_are_400(target: str) -> None:
    """Anywhere, not only below /v1/; the connection is closed."""
    answer = refusal("GET", target)
    assert answer is not None
    assert (answer.status, dict(answer.headers)[b"connection"]) == (400, b"close")
    assert b"<H1>Bad Request</H1>" in answer.body
