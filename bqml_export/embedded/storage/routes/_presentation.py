"""How resources are shown: links to this server, and only the fields that were asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bqml_export.embedded.storage.protocol.wire import ApiError, Request, Response, json_response
from bqml_export.embedded.storage.store.catalog import StoredObject
from foundation.json_types import JsonObject

_ACL_FIELDS = ("acl", "defaultObjectAcl", "owner")
_KEPT_BACK = ("project", "iamPolicy", "iamSerial")
_FIELD_TOKEN = re.compile(r"[A-Za-z0-9_*-]+|[(),/]")


def object_resource(request: Request, stored: StoredObject) -> JsonObject:
    """Returns an object as it is shown: links are made anew, since the address may change."""
    bucket, name = quote(stored.bucket, safe=""), quote(stored.name, safe="")
    shown = f"{request.base_url}/storage/v1/b/{bucket}/o/{name}"
    media = f"{request.base_url}/download/storage/v1/b/{bucket}/o/{name}"
    links = {
        "selfLink": shown,
        "mediaLink": f"{media}?generation={stored.generation}&alt=media",
    }
    return _projected(request, {**stored.resource, **links})


def bucket_resource(request: Request, bucket: JsonObject) -> JsonObject:
    link = f"{request.base_url}/storage/v1/b/{quote(bucket['name'], safe='')}"
    public = {key: value for key, value in bucket.items() if key not in _KEPT_BACK}
    return _projected(request, {**public, "selfLink": link})


def _projected(request: Request, resource: JsonObject) -> JsonObject:
    if request.first("projection") == "full":
        return resource
    return {key: value for key, value in resource.items() if key not in _ACL_FIELDS}


def object_response(request: Request, stored: StoredObject) -> Response:
    return shown(request, object_resource(request, stored))


def bucket_response(request: Request, bucket: JsonObject) -> Response:
    return shown(request, bucket_resource(request, bucket))


def shown(request: Request, content: JsonObject) -> Response:
    wanted = request.first("fields")
    return json_response(_only(content, _parsed_fields(wanted)) if wanted else content)


def _parsed_fields(text: str) -> Mapping[str, Any]:
    """Returns `a,b(c,d/e)` as nested mappings; an empty one is everything below."""
    tokens = _FIELD_TOKEN.findall(text)
    if "".join(tokens) != text.replace(" ", ""):
        raise ApiError(400, f"Invalid field selection {text}", reason="invalidParameter")
    fields, rest = _selection(tokens, text)
    if rest:
        raise ApiError(400, f"Invalid field selection {text}", reason="invalidParameter")
    return fields


def _selection(tokens: list[str], text: str) -> tuple[dict[str, Any], list[str]]:
    fields: dict[str, Any] = {}
    while tokens and tokens[0] != ")":
        below, tokens = _path(tokens, text)
        for name, inner in below.items():
            fields.setdefault(name, {}).update(inner)
        if tokens and tokens[0] == ",":
            tokens = tokens[1:]
    return fields, tokens


def _path(tokens: list[str], text: str) -> tuple[dict[str, Any], list[str]]:
    name, tokens = tokens[0], tokens[1:]
    if name in "(),/":
        raise ApiError(400, f"Invalid field selection {text}", reason="invalidParameter")
    if tokens and tokens[0] == "/" and len(tokens) > 1:
        below, tokens = _path(tokens[1:], text)
        return {name: below}, tokens
    if tokens and tokens[0] == "(":
        below, tokens = _selection(tokens[1:], text)
        if not tokens:
            raise ApiError(400, f"Invalid field selection {text}", reason="invalidParameter")
        return {name: below}, tokens[1:]
    return {name: {}}, tokens


def _only(content: Any, fields: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    if not fields or "*" in fields:
        return content
    if isinstance(content, list):
        return [_only(item, fields) for item in content]
    if not isinstance(content, dict):
        return content
    return {name: _only(content[name], fields[name]) for name in fields if name in content}
