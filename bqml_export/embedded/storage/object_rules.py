"""Names of objects."""

from __future__ import annotations

_LONGEST_BYTES = 1024
_FORBIDDEN = (".", "..")


def check_object_name(name: str) -> str | None:
    """Returns what is wrong with an object's name, or None (Cloud Storage: object names)."""
    if name in _FORBIDDEN:
        return f"Object names cannot be {name!r}"
    if not 1 <= len(name.encode()) <= _LONGEST_BYTES:
        return f"Object names have 1 to {_LONGEST_BYTES} bytes, got {len(name.encode())}"
    if "\r" in name or "\n" in name:
        return "Object names cannot hold line ends"
    return None
