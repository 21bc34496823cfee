"""Which requests may take the fast path."""

from __future__ import annotations

from typing import Any, cast

import pytest

from serve_app.predictor import ModelSpec
from serve_app.protocols.tfs.rest.tfs_rest import TfsRest
from serve_app.transports.http.head import Heads

PROTOCOLS: list[Any] = [TfsRest(cast(Any, None), cast(Any, None))]
"""Routes need no models."""
_LINE = b"POST /v1/models/iris:predict HTTP/1.1\r\nHost: x\r\nContent-Length: 12"


def _spec(head: Any) -> ModelSpec:
    """The model that a plain body of such a request asks for."""
    found: ModelSpec = head.way.read(b'{"instances": [{"x": 1}]}').query.spec
    return found


def test_a_plain_predict_request_is_known() -> None:
    """By model, version, label, length and id."""
    heads = Heads(PROTOCOLS, 1000)
    head = heads.read(_LINE + b"\r\nX-Request-Id: abc")
    assert head is not None
    assert (_spec(head), head.body_bytes, head.request_id) == (ModelSpec("iris"), 12, b"abc")
    versioned = heads.read(_LINE.replace(b"iris", b"iris/versions/3"))
    assert versioned is not None
    assert _spec(versioned) == ModelSpec("iris", 3)
    labelled = heads.read(_LINE.replace(b"iris", b"i%20s/labels/stable"))
    assert labelled is not None
    assert _spec(labelled) == ModelSpec("i s", None, "stable")


@pytest.mark.parametrize(
    "head",
    [
        _LINE.replace(b"POST", b"GET"),
        _LINE.replace(b":predict", b":classify"),
        _LINE.replace(b":predict", b":predict?x=1"),
        _LINE.replace(b"/v1/models/iris:predict", b"http://x/v1/models/iris:predict"),
        _LINE.replace(b"HTTP/1.1", b"HTTP/1.0"),
        _LINE.replace(b"Content-Length: 12", b"Content-Length: 1001"),
        _LINE.replace(b"Content-Length: 12", b"Content-Length: 0"),
        _LINE.replace(b"Content-Length: 12", b"Accept: */*"),
        _LINE.replace(b"Content-Length: 12", b"Transfer-Encoding: chunked"),
        _LINE + b"\r\nContent-Length: 13",
        _LINE + b"\r\nTransfer-Encoding: chunked",
        _LINE + b"\r\nContent-Encoding: gzip",
        _LINE + b"\r\nExpect: 100-continue",
        _LINE + b"\r\nConnection: close",
        _LINE + b"\r\nConnection: Upgrade\r\nUpgrade: websocket",
        _LINE + b"\r\nX-Request-Timeout-Seconds: 5",
        _LINE + b"\r\nserve_multiplexed_model_id: m",
        _LINE + b"\r\nX-Long: " + b"x" * 9000,
        _LINE + b"\n\nabc",
        b"no HTTP",
    ],
)
def test_everything_else_takes_the_ordinary_way(head: bytes) -> None:
    """Also what is malformed: the ordinary way has the answer."""
    assert Heads(PROTOCOLS, 1000).read(head) is None


def test_a_traced_request_takes_the_ordinary_way_where_requests_are_traced() -> None:
    """Ray Serve must see it; elsewhere the header says nothing."""
    head = _LINE + b"\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert Heads(PROTOCOLS, 1000, traced=True).read(head) is None
    assert Heads(PROTOCOLS, 1000).read(head) is not None


def test_many_different_heads_do_not_fill_the_memory() -> None:
    """A client may send another id with each request."""
    heads = Heads(PROTOCOLS, 1000)
    for number in range(5000):
        assert heads.read(_LINE + b"\r\nX-Request-Id: %d" % number) is not None
    assert len(heads._known) <= 2048
