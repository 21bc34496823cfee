"""The error for a body that is not JSON."""

from __future__ import annotations

from serve_app.errors import InvalidArgumentError


def parse_error(text: str, offset: int) -> InvalidArgumentError:
    """Returns `JSON Parse error: <RapidJSON text> at offset: N`, N in bytes of the body."""
    return InvalidArgumentError(f"JSON Parse error: {text} at offset: {offset}")
