"""The errors of serve_app."""

from __future__ import annotations

import pytest

from serve_app import errors


@pytest.mark.parametrize("name", ["UnsupportedExportError", "OverloadedError"])
def test_every_class_of_its_own_stands_in_the_tree_of_the_docstring(name: str) -> None:
    """With its codes; the rest is the canonical tree."""
    assert errors.__doc__ is not None
    assert name in errors.__doc__


def test_a_full_queue_is_no_reason_to_try_again_at_once() -> None:
    """503 with a time to wait; gRPC clients retry UNAVAILABLE on their own."""
    error = errors.OverloadedError("full", retry_after_s=2)
    assert (error.http_status, error.grpc_code, error.retry_after_s) == (503, 8, 2)
