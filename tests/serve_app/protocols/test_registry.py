"""What is announced is answered."""

from __future__ import annotations

from typing import Any, cast

from serve_app.protocols.registry import rpc_protocols
from serve_app.protocols.services import DIRECT, SERVICES


def test_each_announced_method_is_answered_by_a_protocol() -> None:
    """By its bare name; what is answered ahead of Ray Serve is among them."""
    announced = [method for methods in SERVICES.values() for method in methods]
    answered = rpc_protocols(cast(Any, None), cast(Any, None), 30.0)
    assert sorted(announced) == sorted(answered)
    assert set(announced) >= DIRECT
