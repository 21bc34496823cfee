"""The CORS switch."""

from __future__ import annotations

from typing import Any

import pytest

ALLOW = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST, GET",
    "access-control-allow-headers": "Content-Type",
}


def allowed(answer: Any) -> dict[str, str]:
    """Returns the headers of an answer that allow something."""
    return {
        name: value for name, value in answer.headers.items() if name.startswith("access-control")
    }


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/v1/models/iris", 200),
        ("GET", "/v1/models/iris/metadata", 200),
        ("GET", "/v1/models/nope", 404),
        ("GET", "/v1/", 400),
        ("HEAD", "/v1/models/iris", 400),
        ("PUT", "/v1/models/iris", 400),
        ("GET", "/v1/models/iris/versions/99999999999999999999", 400),
        ("POST", "/v1/models/iris:predict", 400),
        ("POST", "/v1/models/iris:classify", 400),
        ("OPTIONS", "/v1/models/iris:foo", 400),
    ],
)
def test_every_answer_of_the_api_has_the_headers(
    cors_rest: Any, method: str, target: str, status: int
) -> None:
    """Errors too, whatever the Origin."""
    answer = cors_rest.request(method, target)
    assert (answer.status, allowed(answer)) == (status, ALLOW)


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://x", 200), ("https://a.b:1", 200), ("null", 400), ("", 400), ("ftp://x", 400)],
)
def test_a_preflight_is_answered_by_its_origin(cors_rest: Any, origin: str, status: int) -> None:
    """Empty either way."""
    answer = cors_rest.request("OPTIONS", "/v1/models/m:predict", headers={"Origin": origin})
    assert (answer.status, answer.body) == (status, b"")
    assert answer.headers["content-type"] == "text/html; charset=ISO-8859-1"


@pytest.mark.parametrize("target", ["/", "/v1", "/readyz", "/v1/models/%2"])
def test_what_is_not_of_the_api_has_none(cors_rest: Any, target: str) -> None:
    """TensorFlow Serving's own pages and ours."""
    assert allowed(cors_rest.get(target)) == {}


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_without_the_switch_there_are_none(odd_rest: Any, method: str) -> None:
    """The default."""
    answer = odd_rest.request(method, "/v1/models/kinds", headers={"Origin": "http://x"})
    assert (answer.status, allowed(answer)) == (200, {})
