"""Generation preconditions of Cloud Storage requests (if*Match and if*NotMatch)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias

Query: TypeAlias = Mapping[str, Sequence[str]]
"""Query parameters, each with all its values."""

Resource: TypeAlias = Mapping[str, Any]
"""An Object resource of the JSON API."""

_NAMES = ("GenerationMatch", "GenerationNotMatch", "MetagenerationMatch", "MetagenerationNotMatch")


def conditions(query: Query, prefix: str = "if") -> dict[str, int]:
    """Returns the preconditions of a request; `prefix` is `ifSource` for those on a source.

    Raises:
        ValueError: One is not a number.
    """
    return {name: int(query[prefix + name][0]) for name in _NAMES if prefix + name in query}


def failed(wanted: Mapping[str, int], current: Resource | None, method: str) -> HTTPStatus | None:
    """Returns the status that a request fails with, or None when its preconditions hold.

    A missing object has generation 0.
    """
    for name, value in wanted.items():
        field = "metageneration" if name.startswith("Meta") else "generation"
        actual = int(current[field]) if current else 0
        negated = "Not" in name
        if (actual == value) == negated:
            unchanged = method == "GET" and negated
            return HTTPStatus.NOT_MODIFIED if unchanged else HTTPStatus.PRECONDITION_FAILED
    return None
