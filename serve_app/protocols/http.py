"""The seam between HTTP and the protocols that are spoken over it.

A protocol is a room beside this module and a line in `protocols/registry.py`; no transport changes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from foundation.json_types import Json
from serve_app.predictor import Adapter, Query

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

JSON: Headers = ((b"content-type", b"application/json"),)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of one response."""

    status: int
    body: bytes
    headers: Headers = JSON


class DisconnectedError(Exception):
    """The client went away before its request was complete."""

    code_name = "CANCELLED"


class HttpRequest(Protocol):
    """One request, as it came.

    Attributes:
        path: Raw: a decoded one cannot tell `%2F` from `/`.
        query: What follows the question mark, as sent; empty where there is none.
    """

    method: str
    path: str
    query: str

    def header(self, name: bytes) -> bytes:
        """Returns a header by its lower-case name, empty where there is none."""

    async def body(self, *, gzip: bool = False) -> bytes:
        """Returns the body: whole, bounded, and inflated where it was sent with gzip.

        Raises:
            BodyTooLargeError: It is larger than the settings allow.
            DisconnectedError: The client went away.
        """


class HttpProtocol(Protocol):
    """What is spoken over HTTP."""

    def owns(self, request: HttpRequest) -> bool:
        """Tells whether the request is this protocol's; the first one that says so answers."""

    async def answer(self, request: HttpRequest) -> Answer:
        """Answers; every error has its form.

        Raises:
            DisconnectedError: The client went away: there is nobody to answer.
        """

    def fast_path(self, target: str) -> FastPath | None:
        """Who answers plain POSTs to this raw path plus `?query`; None where nobody does."""


@dataclass(slots=True)  # not frozen: that would double what one costs
class Question:
    """A request that was read at a glance, for the predictor's queue."""

    query: Query
    adapter: Adapter[Any, bytes]
    payload: object
    rows: int


class FastPath(Protocol):
    """The way of plain requests to one target, which a connection walks by itself."""

    model: str
    api: str

    def read(self, body: bytes) -> Question | None:
        """Returns what the body asks, None where `HttpProtocol.answer` must look at it."""

    def error(self, error: Exception) -> Answer:
        """Returns the answer to a request that failed."""


def json_answer(value: Json, status: int = 200) -> Answer:
    """Returns `value` as JSON, indented by one space as TensorFlow Serving prints messages."""
    return Answer(status, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())
