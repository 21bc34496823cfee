"""Which signature clients call when they name none."""

from __future__ import annotations

from collections.abc import Iterable

DEFAULT_SIGNATURE = "serving_default"


def default_signature(names: Iterable[str]) -> str | None:
    """Returns `serving_default`, else the first name of all, or None where there is none."""
    known = sorted(names)
    if DEFAULT_SIGNATURE in known:
        return DEFAULT_SIGNATURE
    return known[0] if known else None
