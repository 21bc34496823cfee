"""The Range header of downloads."""

from __future__ import annotations

import re

_RANGE = re.compile(r"\s*bytes=(\d*)-(\d*)\s*")


class UnsatisfiableRangeError(ValueError):
    """The range begins behind the end of the object."""


def absolute_range(header: str, size: int) -> tuple[int, int] | None:
    """Returns the first and the last byte of a range, or None when the header names none."""
    match = _RANGE.fullmatch(header)
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if start >= size or start > end:
        raise UnsatisfiableRangeError(f"bytes */{size}")
    return start, end
