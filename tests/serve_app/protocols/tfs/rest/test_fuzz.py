"""Whatever a client sends by REST, the fault is the client's and the service goes on.

Sent on real sockets: no 500, no hung request, and every error is TensorFlow Serving's one-key body.
FUZZ_EXAMPLES=5000 tries thousands of new cases per test; without it they are few and the same.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import socket
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.timeout(1800)

fuzz = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "200")),
    deadline=10_000,  # a request that takes longer hangs
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)

ROW = {"petal_length": 1.4, "petal_width": 0.2, "sepal_length": 5.1, "sepal_width": 3.5}
SIGNATURES = ("", "sum", "double", "small", "scalar", "uneven", "half", "positive", "nope")
# What one may blame a client for, and 501 for a type without a JSON form.
CLIENT_FAULTS = {400, 404, 405, 413, 501}

numbers = st.one_of(
    st.integers(),
    st.integers(-(2**64), 2**64),
    st.floats(allow_nan=True, allow_infinity=True),
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    numbers,
    st.text(max_size=20),
    st.fixed_dictionaries({"b64": st.text(max_size=12)}),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["x", "f", "i", "s", "b", "b64", "", "é"]), inner, max_size=4
        ),
    ),
    max_leaves=12,
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "instances": values,
        "inputs": values,
        "examples": values,
        "context": values,
        "signature_name": st.one_of(st.sampled_from(SIGNATURES), values),
        "other": values,
    },
)


def checked(rest: Any, method: str, target: str, body: bytes, headers: dict[str, str]) -> int:
    """Sends one request and checks the form of its answer; returns the status."""
    answer = rest.request(method, target, body, headers)
    assert answer.status == 200 or answer.status in CLIENT_FAULTS, (answer.status, answer.body)
    is_json = answer.headers.get("content-type") == "application/json"
    if answer.status != 200 and answer.body and is_json:
        assert list(json.loads(answer.body.decode(errors="replace"))) == ["error"]
    return int(answer.status)


def still_serving(rest: Any) -> None:
    """The model answers as it did before."""
    assert rest.predict("iris", {"instances": [ROW]}).status == 200


@fuzz
@given(
    document=bodies,
    model=st.sampled_from(["mixed", "iris"]),
    verb=st.sampled_from(["predict", "classify", "regress"]),
)
def test_any_json_gets_an_answer(rest: Any, document: Any, model: str, verb: str) -> None:
    """Well-formed JSON of any content, at every verb."""
    body = json.dumps(document).encode(errors="surrogatepass")
    checked(rest, "POST", f"/v1/models/{model}:{verb}", body, {})


@fuzz
@given(
    rows=st.lists(st.one_of(leaves, st.lists(leaves, max_size=3)), max_size=5),
    signature=st.sampled_from(SIGNATURES),
    key=st.sampled_from(["instances", "inputs"]),
)
def test_any_leaf_gets_an_answer_at_any_signature(
    rest: Any, rows: Any, signature: str, key: str
) -> None:
    """Nearly right bodies come further than arbitrary ones."""
    body = json.dumps({"signature_name": signature, key: rows})
    checked(rest, "POST", "/v1/models/mixed:predict", body.encode(errors="surrogatepass"), {})


@fuzz
@given(
    body=st.binary(max_size=200),
    encoding=st.sampled_from(["", "gzip", "x-gzip, br", "deflate"]),
    kind=st.text(st.characters(codec="latin-1", categories=["L", "N", "P"]), max_size=20),
)
def test_any_bytes_get_an_answer(rest: Any, body: bytes, encoding: str, kind: str) -> None:
    """Under any content type and encoding."""
    headers = {"Content-Encoding": encoding, "Content-Type": kind}
    checked(rest, "POST", "/v1/models/iris:predict", body, headers)


@fuzz
@given(data=st.data(), cut=st.integers(0, 80), noise=st.binary(max_size=4))
def test_a_damaged_body_gets_an_answer(rest: Any, data: Any, cut: int, noise: bytes) -> None:
    """A right body, cut or with bytes put in, plain or in gzip."""
    whole = json.dumps({"instances": [ROW]}).encode()
    body = whole[:cut] + noise + data.draw(st.sampled_from([b"", whole[cut:]]))
    zipped = gzip.compress(body)
    damaged = zipped[:cut] + noise + zipped[cut:]
    checked(rest, "POST", "/v1/models/iris:predict", body, {})
    checked(rest, "POST", "/v1/models/iris:predict", damaged, {"Content-Encoding": "gzip"})


segments = st.one_of(
    st.sampled_from(
        [
            "v1",
            "V1",
            "models",
            "iris",
            "mixed",
            "versions",
            "labels",
            "metadata",
            "3",
            "99",
            "stable",
            "99999999999999999999",
            "iris:predict",
            "iris:classify",
            "%2F",
            "%",
            "%zz",
            "..",
            ".",
            "",
            "%00",
            "%C3%A9",
            "%FF",
            "a?b",
            "a#b",
            "iris%3Apredict",
            "healthz",
            "readyz",
            "monitoring",
        ]
    ),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=8),
)


@fuzz
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "X-ANY"]),
    parts=st.lists(segments, max_size=6),
    body=st.sampled_from([b"", b"{}", b'{"instances":[1]}']),
)
def test_any_target_gets_an_answer(rest: Any, method: str, parts: list[str], body: bytes) -> None:
    """Any method at any path, escapes broken or not."""
    checked(rest, method, "/" + "/".join(parts), body, {"Origin": "http://x"})


@fuzz
@given(head=st.binary(max_size=120), tail=st.binary(max_size=60))
def test_what_is_no_http_does_not_hang(rest: Any, head: bytes, tail: bytes) -> None:
    """Raw bytes where a request should be: an answer or the end of the connection."""
    with socket.create_connection(("127.0.0.1", rest.port), timeout=5) as connection:
        connection.sendall(b"POST /v1/models/iris:predict HTTP/1.1\r\n" + head + b"\r\n\r\n" + tail)
        connection.shutdown(socket.SHUT_WR)
        received = connection.recv(65536)
    assert not received.startswith(b"HTTP/1.1 5"), received[:100]


def test_a_very_deep_document_gets_an_answer(rest: Any) -> None:
    """Half a million brackets: more than any stack of calls holds."""
    depth = 500_000
    for body in (
        b"[" * depth,
        b'{"instances":' + b"[" * depth + b"]" * depth + b"}",
        b'{"a":' * depth,
        b'{"signature_name":' + b"[" * depth + b"]" * depth + b"}",
    ):
        assert checked(rest, "POST", "/v1/models/iris:predict", body, {}) == 400


def test_the_service_still_serves(rest: Any) -> None:
    """After all of the above."""
    still_serving(rest)
    connection = http.client.HTTPConnection("127.0.0.1", rest.port, timeout=5)
    connection.request("GET", "/readyz")
    assert connection.getresponse().status == 200
    connection.close()
