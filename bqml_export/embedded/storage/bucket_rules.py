"""Names, locations and fields of buckets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[a-z0-9][-_.a-z0-9]{1,220}[a-z0-9]")
_MULTI_REGIONS = frozenset({"US", "EU", "ASIA"})
_KEPT = ("storageClass", "labels", "versioning", "lifecycle", "cors", "website")


def check_bucket_name(name: str) -> str | None:
    """Returns what is wrong with a bucket's name, or None."""
    if _NAME.fullmatch(name) and ".." not in name:
        return None
    return (
        f"Invalid bucket name: {name!r}. Names have 3 to 222 lower-case letters, digits, dashes, "
        "underscores and dots, and begin and end with a letter or digit"
    )


def new_bucket_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the fields of a new bucket that its creator chose; the location is US by default."""
    location = str(body.get("location") or "US").upper()
    kind = "multi-region" if location in _MULTI_REGIONS else "region"
    kept = {key: body[key] for key in _KEPT if key in body}
    return {**kept, "location": location, "locationType": kind}


def check_patch(bucket: Mapping[str, Any] | None, changes: Mapping[str, Any]) -> str | None:
    """Returns why a bucket cannot be changed so, or None."""
    location = changes.get("location")
    if bucket is None or location is None or str(location).upper() == bucket["location"]:
        return None
    return f"The location of a bucket cannot be changed: {bucket['location']} to {location}"
