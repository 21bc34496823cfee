"""What is read out of Ray Serve's details, and what is said when it is not there."""

from __future__ import annotations

from typing import Any

import pytest

from loadtest.errors import ReplicasError
from loadtest.record.observations import Replica
from loadtest.replicas.serve_details import details_of


def test_the_deployment_that_gets_the_requests_is_found(fake_ray: Any) -> None:
    """Its target, its replicas in every state, their processes."""
    states = {"a": "RUNNING", "b": "STARTING", "c": "STOPPING", "d": "RECOVERING", "e": "STOPPED"}
    fake_ray.show(replicas=states, target=3, pids={"a": 11})
    found = details_of(fake_ray.details(), "", "")
    assert (found.application, found.deployment, found.target) == ("bqml", "ModelServer", 3)
    assert [(r.replica_id, r.state) for r in found.replicas] == [
        ("a", "running"), ("b", "starting"), ("c", "stopping"), ("d", "running"),
    ]  # fmt: skip
    assert found.replicas[1] == Replica(replica_id="b", state="starting")
    assert found.pids == {"a": 11, "c": 1, "d": 1}
    assert found.config["autoscaling_config"]["min_replicas"] == 1


@pytest.mark.parametrize(
    ("applications", "names", "words"),
    [
        ({}, ("", ""), "choose one with replicas.application; Ray Serve has: none"),
        ({"a": {}, "b": {}}, ("", ""), "Ray Serve has: a, b"),
        ({"a": {}}, ("c", ""), "no application c; it has: a"),
        (
            {"a": {"name": "a", "deployments": {"X": {}}}},
            ("a", "Y"),
            "no deployment 'Y'; it has: X",
        ),
        ({"a": {"name": "a", "deployments": {}}}, ("", ""), "it has: none yet"),
        ({"a": {"name": "a", "deployments": {"X": {}}}}, ("", ""), "another form than Ray 2.60's"),
        (None, ("", ""), "another form"),
    ],
)
def test_what_is_not_there_is_named(
    applications: object, names: tuple[str, str], words: str
) -> None:
    """With what there is."""
    with pytest.raises(ReplicasError) as caught:
        details_of({"applications": applications}, *names)
    assert words in str(caught.value)
