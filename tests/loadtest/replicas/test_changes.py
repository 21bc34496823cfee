"""What has changed between two looks becomes events."""

from __future__ import annotations

from typing import Any

from loadtest.replicas._changes import changes
from loadtest.replicas.serve_details import DeploymentDetails, details_of


def look(fake_ray: Any, **changes: Any) -> DeploymentDetails:
    """Returns what a look shows after some changes."""
    fake_ray.show(**changes)
    return details_of(fake_ray.details(), "", "")


def test_every_change_is_told_once(fake_ray: Any) -> None:
    """Target, states, replicas that are gone, proxies, and what Ray Serve has to say."""
    before = look(fake_ray, replicas={"a": "RUNNING", "b": "STARTING"}, target=2,
                  proxies={"n" * 9: "HEALTHY", "m": "HEALTHY"})  # fmt: skip
    after = look(fake_ray, replicas={"b": "RUNNING", "c": "STARTING"}, target=3,
                 proxies={"n" * 9: "UNHEALTHY"}, message="Upscaling\n from 2")  # fmt: skip
    told = [(event.kind, event.name, event.detail) for event in changes(before, after, 7.0)]
    assert told == [
        ("replica", "target", "2 to 3 replicas"),
        ("replica", "running", "b"),
        ("replica", "starting", "c"),
        ("replica", "gone", "a"),
        ("proxy", "state", "HEALTHY to UNHEALTHY on node nnnnnnnn"),
        ("proxy", "gone", "node m"),
        ("replica", "message", "Upscaling from 2"),
    ]


def test_nothing_is_told_of_the_first_look_or_of_no_change(fake_ray: Any) -> None:
    """The start is no event."""
    seen = look(fake_ray)
    assert not list(changes(None, seen, 0.0))
    assert not list(changes(seen, seen, 1.0))
