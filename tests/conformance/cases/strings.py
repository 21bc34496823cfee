"""Strings and binary data."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import RestCase


def _ok(name: str, instances: Any, predictions: Any, signature: str = "string") -> RestCase:
    return RestCase(
        "strings",
        name,
        "/v1/models/kit:predict",
        {"signature_name": signature, "instances": instances},
        json={"predictions": predictions},
    )


def _fails(name: str, value: Any, words: str) -> RestCase:
    return RestCase(
        "strings",
        name,
        "/v1/models/kit:predict",
        {"signature_name": "string", "instances": [value]},
        status=400,
        error=(words,),
    )


CASES = (
    _ok("text beyond ASCII", ["é", "日本", "\U0001f600"], ["é", "日本", "\U0001f600"]),
    _ok("quotes, backslash, control characters", ['a"\\\n\t\x01'], ['a"\\\n\t\x01']),
    _ok("base64 in", [{"b64": "aGk="}, "x"], ["hi", "x"]),
    _ok("base64 without padding", [{"b64": "aGk"}], ["hi"]),
    _ok("base64 with white space", [{"b64": "aG k="}], ["hi"]),
    _ok("an output that ends in _bytes is base64", ["hi"], [{"b64": "aGk="}], "raw_bytes"),
    _ok("bytes that are no text", [{"b64": "/wD+"}], [{"b64": "/wD+"}], "raw_bytes"),
    _fails("wrong base64 padding", {"b64": "aGk=="}, "Unable to base64 decode"),
    _fails("web-safe base64", {"b64": "_-=="}, "Unable to base64 decode"),
    RestCase(
        "strings",
        "bytes that are no UTF-8 go out as they are",
        "/v1/models/kit:predict",
        {"signature_name": "string", "instances": [{"b64": "/w=="}]},
        text=b'"\xff"',
    ),
)
