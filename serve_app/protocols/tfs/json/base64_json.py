"""Base64 in JSON: `{"b64": "..."}`, with TensorFlow's tolerant decoder."""

from __future__ import annotations

import base64
import re
from typing import TypeGuard

from serve_app.errors import InvalidArgumentError

_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_WELL_FORMED = re.compile(r"[A-Za-z0-9+/]*")


def is_base64_object(value: object) -> TypeGuard[dict[str, str]]:
    """Tells whether `value` is an object whose one key is `b64` with a string."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("b64"), str)


def decode(text: str) -> bytes:
    """Returns the bytes of standard-alphabet base64; padding may be missing, but not wrong.

    Raises:
        InvalidArgumentError: For any other character or for wrong padding.
    """
    compact = _SPACE.sub("", text).replace(".", "=")
    data = compact.rstrip("=")
    padding = len(compact) - len(data)
    if not _WELL_FORMED.fullmatch(data) or padding not in (0, -len(data) % 4) or len(data) % 4 == 1:
        raise InvalidArgumentError("Unable to base64 decode")
    return base64.b64decode(data + "=" * (-len(data) % 4))


def encode(data: bytes) -> dict[str, str]:
    """Returns `{"b64": ...}` for `data`, padded, in the standard alphabet."""
    return {"b64": base64.b64encode(data).decode()}
