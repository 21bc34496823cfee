"""Paths, methods, headers and encodings."""

from __future__ import annotations

import gzip
from typing import Any

from tests.conformance.case import RestCase

BODY = b'{"signature_name": "float32", "instances": [1]}'
ONE = {"predictions": [1.0]}
KIT = "/v1/models/kit:predict"


def _malformed(method: str, target: str) -> RestCase:
    return RestCase(
        "http",
        f"{method} {target} is malformed",
        target,
        method=method,
        status=400,
        error=(f"Malformed request: {method} {target}",),
    )


def _case(name: str, path: str, body: Any = BODY, **more: Any) -> RestCase:
    return RestCase("http", name, path, body, **more)


CASES = (
    _case("the type of an answer", KIT, headers_out={"Content-Type": "application/json"}),
    _case(
        "the type of an error",
        KIT,
        b"",
        status=400,
        headers_out={"Content-Type": "application/json"},
    ),
    _case(
        "the request's content type is ignored",
        KIT,
        headers={"Content-Type": "text/plain"},
        json=ONE,
    ),
    _case("gzip", KIT, gzip.compress(BODY), headers={"Content-Encoding": "gzip"}, json=ONE),
    _case(
        "damaged gzip is an empty body",
        KIT,
        b"xx",
        headers={"Content-Encoding": "gzip"},
        status=400,
        error=("The document is empty",),
    ),
    _case("paths ignore case", "/V1/MODELS/kit:predict", json=ONE),
    _case(
        "model names do not",
        "/v1/models/KIT:predict",
        status=404,
        error=("Servable not found for request: Latest(KIT)",),
    ),
    _case("an escaped model name", "/v1/models/%6Bit:predict", json=ONE),
    _case(
        "an escaped colon is no verb",
        "/v1/models/kit%3Apredict",
        status=400,
        error=("Malformed request",),
    ),
    _case(
        "a version beyond int64 has no body",
        "/v1/models/kit/versions/99999999999999999999:predict",
        status=400,
    ),
    _malformed("POST", "/v1/models/kit"),
    _malformed("POST", "/v1/models/kit:zz"),
    _malformed("POST", "/v1/models/kit:PREDICT"),
    _malformed("POST", "/v1/models/kit:predict?x=1"),
    _malformed("POST", "/v1/models/kit/versions/x:predict"),
    _malformed("POST", "/v1/models/kit/versions/7/labels/a:predict"),
    _malformed("GET", "/v1/"),
    _malformed("GET", "/v1/foo"),
    _malformed("GET", "/v1/models/"),
    _malformed("GET", "/v1/models/kit/"),
    _malformed("GET", "/v1/models/kit:predict"),
    _malformed("PUT", "/v1/models/kit:predict"),
    _malformed("DELETE", "/v1/models/kit"),
    RestCase(
        "http",
        "a query belongs to the model's name",
        "/v1/models/kit?x=1",
        method="GET",
        status=404,
        error=("Could not find any versions of model kit?x=1",),
    ),
    RestCase(
        "http",
        "/METADATA is a status",
        "/v1/models/kit/METADATA",
        method="GET",
        text=b"model_version_status",
    ),
    RestCase(
        "http",
        "outside /v1/",
        "/zz",
        method="GET",
        status=404,
        headers_out={"Content-Type": "text/html"},
    ),
    RestCase("http", "/v1 without a slash", "/v1", method="GET", status=404),
    RestCase(
        "http", "OPTIONS with an origin", KIT, method="OPTIONS", headers={"Origin": "http://x"}
    ),
    RestCase("http", "OPTIONS without an origin", KIT, method="OPTIONS", status=400),
)
