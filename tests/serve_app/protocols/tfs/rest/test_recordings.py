"""Requests recorded at a real TensorFlow Serving 2.20 get the same answers from us.

Compared as JSON, numbers and texts included; for HEAD only the status (there is no body).
"""

from __future__ import annotations

import base64
import json
import math
import socket
from pathlib import Path
from typing import Any

import pytest

PLAIN_SERVER = "default flags, models.config"
CORS_SERVER = (
    "--enable_batching --rest_api_enable_cors_support --monitoring_config_file(prometheus on)"
)
# Refused by that server's batching, which is another mode; and its own metrics.
NOT_OURS = {
    "column, scalars instead of lists": 200,
    "1001 instances (default max_batch_size 1000)": 200,
    "scalar output, row": 400,
    "GET prometheus": 200,
}


def recordings(shared: Path, server: str) -> list[dict[str, Any]]:
    """Returns the recorded exchanges of one server."""
    file = shared / "data" / "tf-serving-recordings" / "recordings.jsonl"
    found = [json.loads(line) for line in file.read_text().splitlines()]
    return [one for one in found if one["server"] == server and "request" in one]


def raw(body: dict[str, str] | None) -> bytes:
    """Returns a recorded body as bytes."""
    if body is None:
        return b""
    return base64.b64decode(body["base64"]) if "base64" in body else body["text"].encode()


def document(body: bytes) -> object:
    """Returns a body as JSON with NaN made comparable, or as it is."""
    try:
        text = body.decode(errors="surrogateescape")
        return json.loads(text, parse_constant=lambda token: ("token", token))
    except ValueError:
        return body


def same(ours: object, theirs: object) -> bool:
    """Tells whether two documents are equal, doubles to the last digits but one."""
    if isinstance(theirs, float) and isinstance(ours, float):
        return math.isclose(ours, theirs, rel_tol=1e-15)
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in theirs)
    if isinstance(theirs, list) and isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return type(ours) is type(theirs) and ours == theirs


def replay(rest: Any, one: dict[str, Any]) -> Any:
    """Returns our answer to a recorded request."""
    request = one["request"]
    body = raw(request["body"]) or None
    return rest.request(request["method"], request["path"], body, request["headers"])


def difference(ours: Any, one: dict[str, Any]) -> tuple[object, ...] | None:
    """Returns what differs between our answer and the recorded one, or None."""
    status = int(one["response"]["status_line"].split()[1])
    theirs = b"" if one["request"]["method"] == "HEAD" else raw(one["response"]["body"])
    if ours.status == status and same(document(ours.body), document(theirs)):
        return None
    return one["name"], status, theirs, ours.status, ours.body


def headers(one: dict[str, Any]) -> dict[str, str]:
    """Returns the recorded headers that do not belong to the connection."""
    found = {name.lower(): value for name, value in one["response"]["headers"]}
    return {name: found[name] for name in found.keys() - {"date", "content-length", "connection"}}


def test_recorded_requests_get_the_recorded_answers(real_rest: Any, shared: Path) -> None:
    """Every difference is listed, not only the first."""
    found = recordings(shared, PLAIN_SERVER)
    assert [d for one in found if (d := difference(replay(real_rest, one), one))] == []
    assert len(found) > 80


def test_recorded_requests_have_the_recorded_headers(real_rest: Any, shared: Path) -> None:
    """Those that do not belong to the connection; of a web server more may come."""
    for one in recordings(shared, PLAIN_SERVER):
        ours, theirs = replay(real_rest, one).headers, headers(one)
        assert {name: ours.get(name) for name in theirs} == theirs, one["name"]


def test_the_server_with_cors_is_replayed_too(recorded_cors_rest: Any, shared: Path) -> None:
    """Headers included, where batching does not come in."""
    found = [one for one in recordings(shared, CORS_SERVER) if one["name"] not in NOT_OURS]
    for one in found:
        ours, theirs = replay(recorded_cors_rest, one), headers(one)
        assert difference(ours, one) is None
        assert {name: ours.headers.get(name) for name in theirs} == theirs, one["name"]
    assert len(found) == 10


@pytest.mark.parametrize(("name", "status"), NOT_OURS.items())
def test_what_only_batching_refuses_is_answered(
    recorded_cors_rest: Any, shared: Path, name: str, status: int
) -> None:
    """Without batching TensorFlow Serving answers the same."""
    (one,) = (one for one in recordings(shared, CORS_SERVER) if one["name"] == name)
    assert replay(recorded_cors_rest, one).status == status


@pytest.mark.parametrize(
    ("name", "status", "same_body"),
    [
        ("raw: HTTP/1.0", 200, True),
        ("raw: Expect: 100-continue", 200, True),
        ("raw: bad request line", 400, False),  # uvicorn's own page
        ("raw: unknown method", 400, False),  # 501 there: uvicorn cannot parse it
    ],
)
def test_raw_requests_are_answered_as_far_as_they_reach_us(
    real_rest: Any, shared: Path, name: str, status: int, *, same_body: bool
) -> None:
    """What the web server in front refuses is listed in docs/compatibility.md."""
    file = shared / "data" / "tf-serving-recordings" / "recordings.jsonl"
    found = [json.loads(line) for line in file.read_text().splitlines()]
    (one,) = (one for one in found if one["name"] == name)
    with socket.create_connection(("127.0.0.1", real_rest.port), timeout=30) as connection:
        connection.sendall(raw(one["request_raw"]))
        ours = b"".join(iter(lambda: connection.recv(65536), b""))
    ours = ours.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert int(ours.split()[1]) == status
    bodies = [document(text.partition(b"\r\n\r\n")[2]) for text in (ours, raw(one["response_raw"]))]
    assert same(*bodies) is same_body
