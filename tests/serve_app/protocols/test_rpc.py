"""The status of a failed call."""

from __future__ import annotations

import pytest

from serve_app.errors import InvalidArgumentError, OverloadedError
from serve_app.protocols.rpc import error_reply


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("short", "short"),
        ("x" * 1024, "x" * 1024),
        ("x" * 1025, "x" * 1024 + "...TRUNCATED"),
        ("é" * 600, "é" * 512 + "...TRUNCATED"),
        ("x" + "é" * 600, "x" + "é" * 511 + "...TRUNCATED"),
        ("bad \udcff name", "bad ? name"),
    ],
    ids=["short", "1024", "1025", "even", "odd", "surrogate"],
)
def test_a_long_text_is_cut_at_1024_bytes(text: str, details: str) -> None:
    """Never inside a character, and never one that cannot be sent."""
    assert error_reply(InvalidArgumentError(text)).details == details


def test_an_overload_is_resource_exhausted_with_a_pushback() -> None:
    """In milliseconds, as gRPC's retry policies read it."""
    reply = error_reply(OverloadedError("busy", retry_after_s=2))
    assert (reply.code, reply.metadata) == (8, (("grpc-retry-pushback-ms", "2000"),))
