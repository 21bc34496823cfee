"""Requests recorded at a real TensorFlow Serving 2.20 get the same answers from us.

Compared as JSON, numbers and texts included; for HEAD only the status (there is no body).
"""

from __future__ import annotations

import base64
import json
import math
from pathlib import Path
from typing import Any

PLAIN_SERVER = "default flags, models.config"


def recordings(shared: Path) -> list[dict[str, Any]]:
    """Returns the recorded exchanges of the server without special flags."""
    lines = (
        (shared / "data" / "tf-serving-recordings" / "recordings.jsonl").read_text().splitlines()
    )
    found = [json.loads(line) for line in lines]
    return [one for one in found if one["server"] == PLAIN_SERVER and "request" in one]


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


def test_recorded_requests_get_the_recorded_answers(real_rest: Any, shared: Path) -> None:
    """Every difference is listed, not only the first."""
    different = []
    for one in recordings(shared):
        request, answer = one["request"], one["response"]
        ours = real_rest.request(
            request["method"], request["path"], raw(request["body"]) or None, request["headers"]
        )
        status = int(answer["status_line"].split()[1])
        theirs = b"" if request["method"] == "HEAD" else raw(answer["body"])
        if ours.status != status or not same(document(ours.body), document(theirs)):
            different.append((one["name"], status, theirs, ours.status, ours.body))
    assert different == []


def test_there_are_recordings(shared: Path) -> None:
    """The test above compares something."""
    assert len(recordings(shared)) > 80
