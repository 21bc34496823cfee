"""PATCH as Google's APIs do it: objects are merged, null removes, everything else replaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foundation.json_types import JsonObject


def merged(resource: Mapping[str, Any], changes: Mapping[str, Any]) -> JsonObject:
    result = dict(resource)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            before = result.get(key)
            result[key] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[key] = value
    return result
