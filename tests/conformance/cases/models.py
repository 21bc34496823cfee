"""Status, metadata and labels."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import RestCase

_STATUS = {
    "model_version_status": [
        {"version": "3", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    ]
}


def _get(group: str, name: str, path: str, **expected: Any) -> RestCase:
    return RestCase(group, name, path, method="GET", **expected)


CASES = (
    _get("status", "all versions", "/v1/models/kit_iris", json=_STATUS),
    _get("status", "one version", "/v1/models/kit_iris/versions/3", json=_STATUS),
    _get("status", "leading zeros", "/v1/models/kit_iris/versions/003", json=_STATUS),
    _get("status", "a label is ignored", "/v1/models/kit_iris/labels/zz", json=_STATUS),
    _get(
        "status",
        "an unknown model",
        "/v1/models/gone",
        status=404,
        error=("Could not find any versions of model gone",),
    ),
    _get(
        "status",
        "an unknown version",
        "/v1/models/kit_iris/versions/99",
        status=404,
        error=("Could not find version 99 of model kit_iris",),
    ),
    _get("status", "no model", "/v1/models", status=400, error=("Missing model name in request.",)),
    _get("metadata", "model_spec", "/v1/models/kit_iris/metadata", text=b'"name": "kit_iris"'),
    _get("metadata", "the double nesting", "/v1/models/kit_iris/metadata", text=b'"signature_def"'),
    _get("metadata", "sizes are strings", "/v1/models/kit_iris/metadata", text=b'"size": "-1"'),
    _get(
        "metadata", "a version", "/v1/models/kit_iris/versions/3/metadata", text=b'"version": "3"'
    ),
    _get(
        "metadata",
        "an unknown model",
        "/v1/models/gone/metadata",
        status=404,
        error=("Servable not found for request: Latest(gone)",),
    ),
    _get(
        "metadata",
        "an unknown version",
        "/v1/models/kit/versions/9/metadata",
        status=404,
        error=("Servable not found for request: Specific(kit, 9)",),
    ),
    _get(
        "labels",
        "an unknown label",
        "/v1/models/kit/labels/zz/metadata",
        status=400,
        error=("Unrecognized servable version label: zz",),
    ),
    RestCase(
        "labels",
        "an unknown label of an unknown model",
        "/v1/models/gone/labels/zz:predict",
        {},
        status=400,
        error=("Unrecognized servable version label: zz",),
    ),
)
