from __future__ import annotations

import copy
from typing import Any

import pytest

from kuberay.cluster import history
from kuberay.cluster.connection import Cluster
from kuberay.cluster.delivery import Delivery
from kuberay.errors import RefusedError

Manifest = dict[str, Any]
ENDED = {"conditions": [{"type": "Complete", "status": "True"}]}


def job(image: str = "shop:1", *, suspend: bool = True) -> Manifest:
    """Returns a Job as the load test is one."""
    container = {"name": "locust", "image": image}
    template = {"spec": {"containers": [container], "restartPolicy": "Never"}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "load", "namespace": "shop"},
        "spec": {"suspend": suspend, "template": template},
    }


@pytest.fixture
def stored(api_server: Any) -> Manifest:
    """A suspended Job that was applied before."""
    manifest: Manifest = api_server.put("batch/v1", "jobs", job())
    return manifest


RUNNING = {"spec": {**job()["spec"], "suspend": False}, "status": {"active": 1}}
ENDED_RUN = {"spec": RUNNING["spec"], "status": ENDED}


@pytest.mark.parametrize(
    ("before", "sent", "words", "image"),
    [
        ({}, job(), "applied", "shop:1"),
        ({}, job(suspend=False), "applied", "shop:1"),
        ({}, job("shop:2"), "made anew: its template has changed", "shop:2"),
        (RUNNING, job("shop:2"), "runs at the moment, left as it is", "shop:1"),
        (ENDED_RUN, job(), "applied", "shop:1"),
        (ENDED_RUN, job(suspend=False), "made anew: it has ended", "shop:1"),
    ],
)
def test_a_job_is_a_run(
    cluster: Cluster, stored: Manifest, before: Manifest, sent: Manifest, words: str, image: str
) -> None:
    """One that runs is left alone; one that cannot change, or is to run again, is made anew."""
    stored |= copy.deepcopy(before)
    stored["metadata"]["uid"] = "old"
    told: list[str] = []
    Delivery(cluster, told.append).send([copy.deepcopy(sent)], None)
    found = cluster.get("batch/v1", "Job", "load", "shop")
    assert told == [f"Job/load in shop: {words}"]
    assert found is not None
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == image
    assert (found["metadata"]["uid"] == "old") is ("anew" not in words)


def test_the_pods_of_a_job_go_with_it(api_server: Any, cluster: Cluster, stored: Manifest) -> None:
    """The API server would orphan them, and keep the Job until somebody has let them go."""
    assert stored
    Delivery(cluster, print).send([job("shop:2")], None)
    (query,) = [query for method, _, query in api_server.requests if method == "DELETE"]
    assert query["propagationPolicy"] == "Background"


def test_a_dry_run_makes_nothing_anew(api_server: Any, cluster: Cluster, stored: Manifest) -> None:
    """It tells that an apply would."""
    told: list[str] = []
    Delivery(cluster, told.append, dry_run=True).send([job("shop:2")], None)
    assert told == ["Job/load in shop: would be made anew: its template has changed"]
    assert api_server.one("jobs", "load") is stored


def test_a_job_that_is_wrong_is_refused(api_server: Any, cluster: Cluster) -> None:
    """Nothing is deleted for it."""
    refusal = vars(__import__("sys").modules[type(api_server).__module__])["Refusal"]
    api_server.refuse["Job"] = refusal(422, "spec.completions: Invalid value")
    with pytest.raises(RefusedError, match="completions"):
        Delivery(cluster, print).send([job()], None)


def test_jobs_come_last_and_never_back(
    api_server: Any, cluster: Cluster, valid_manifest: Manifest
) -> None:
    """A test begins when the service was sent; a rollback begins none."""
    told: list[str] = []
    Delivery(cluster, told.append).send([job(suspend=False), valid_manifest], None)
    assert told[-1] == "Job/load in shop: applied"
    (revision,) = history.revisions(cluster, "shop", "shop")
    assert [manifest["kind"] for manifest in revision.manifests] == ["RayService"]
