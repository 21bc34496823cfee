"""Preconditions of Cloud Storage requests: generations, metagenerations and entity tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias

Query: TypeAlias = Mapping[str, Sequence[str]]
"""Query parameters, each with all its values."""

Resource: TypeAlias = Mapping[str, Any]
"""An Object or Bucket resource of the JSON API."""

_NAMES = ("GenerationMatch", "GenerationNotMatch", "MetagenerationMatch", "MetagenerationNotMatch")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must be so for a request to be done."""

    numbers: tuple[tuple[str, int], ...] = ()
    if_match: str | None = None
    """The value of the If-Match header."""
    if_none_match: str | None = None

    def failed(self, current: Resource | None, *, reading: bool) -> HTTPStatus | None:
        """Returns the status that the request fails with, or None when everything is so.

        A missing object has generation 0.
        """
        for name, value in self.numbers:
            field = "metageneration" if name.startswith("Meta") else "generation"
            actual = int(current[field]) if current else 0
            negated = "Not" in name
            if (actual == value) == negated:
                unchanged = reading and negated
                return HTTPStatus.NOT_MODIFIED if unchanged else HTTPStatus.PRECONDITION_FAILED
        return self._failed_tags(str(current["etag"]) if current else None, reading=reading)

    def _failed_tags(self, etag: str | None, *, reading: bool) -> HTTPStatus | None:
        if self.if_match is not None and not _lists(self.if_match, etag):
            return HTTPStatus.PRECONDITION_FAILED
        if self.if_none_match is not None and _lists(self.if_none_match, etag):
            return HTTPStatus.NOT_MODIFIED if reading else HTTPStatus.PRECONDITION_FAILED
        return None


def conditions(
    query: Query, headers: Mapping[str, str] | None = None, *, prefix: str = "if"
) -> Conditions:
    """Returns the preconditions of a request, with entity tags where `headers` are given.

    `prefix` is `ifSource` for those on the source of a copy.
    """
    numbers = tuple(
        (name, int(query[prefix + name][0])) for name in _NAMES if prefix + name in query
    )
    headers = headers or {}
    return Conditions(numbers, headers.get("If-Match"), headers.get("If-None-Match"))


def _lists(header: str, etag: str | None) -> bool:
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")]
    return etag is not None and ("*" in tags or etag in tags)
