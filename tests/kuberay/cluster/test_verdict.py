from __future__ import annotations

from typing import Any

import pytest

from kuberay.cluster.observation import Observation
from kuberay.cluster.sentences import sentences
from kuberay.cluster.snapshot import snapshot_of
from kuberay.cluster.verdict import State, judge


def seen(status: dict[str, Any], *pods: dict[str, Any], suspend: bool = False) -> Observation:
    """Returns an observation of a service with one wanted application."""
    if status.get("observedGeneration") == "newest":
        status["observedGeneration"] = 3
    metadata = {"name": "shop", "namespace": "shop", "generation": 3}
    service = {"metadata": metadata, "spec": {"suspend": suspend}, "status": status}
    return Observation(snapshot_of(service), ("app",), pods, ())


def pod(name: str, state: dict[str, Any], kind: str = "worker") -> dict[str, Any]:
    """Returns a pod of the cluster shop-new whose container is in this state."""
    labels = {"ray.io/cluster": "shop-new", "ray.io/node-type": kind}
    containers = [{"name": "ray", "state": state}]
    return {
        "metadata": {"name": name, "labels": labels},
        "status": {"containerStatuses": containers},
    }


def test_all_must_hold_to_be_done(statuses: Any) -> None:
    """Observed, one cluster, ready, every wanted application serving."""
    assert judge(seen(statuses.done())).state is State.DONE


def test_the_real_operators_status_is_done(shared: Any) -> None:
    """As it was written for the outline."""
    import yaml

    path = shared / "data" / "kuberay-operator-output" / "rayservice_status.yaml"
    service = {
        "metadata": {"name": "bqml-serve", "namespace": "bqml", "generation": 2},
        "status": yaml.safe_load(path.read_text()),
    }
    now = Observation(snapshot_of(service), ("bqml",), (), ())
    assert judge(now).state is State.DONE
    assert now.snapshot.pending is None
    assert "application bqml: RUNNING (Model HEALTHY)" in list(sentences(now))


def test_ready_does_not_follow_an_applications_health(statuses: Any) -> None:
    """The condition stays True over an unhealthy application; the verdict does not."""
    active = statuses.cluster("shop-new", head=True, workers=2, app="UNHEALTHY")
    status = statuses.service(active, ready="NonZeroServeEndpoints")
    verdict = judge(seen(status))
    assert verdict.state is State.PROGRESSING
    assert verdict.reasons == ("application app is UNHEALTHY (Model)",)


def test_the_old_applications_do_not_count_while_a_new_cluster_comes(statuses: Any) -> None:
    """The operator stops updating them: they say RUNNING for ever."""
    active = statuses.cluster("shop-old", head=True, workers=2, app="RUNNING")
    pending = statuses.cluster("shop-new", head=True, app="DEPLOYING")
    verdict = judge(seen(statuses.service(active, pending, ready="NonZeroServeEndpoints")))
    assert verdict.state is State.PROGRESSING
    assert "application app is DEPLOYING (Model)" in verdict.reasons


@pytest.mark.parametrize("observed", [2, 3])
def test_a_frozen_rollout_is_explained(statuses: Any, observed: int) -> None:
    """The pending head is ready, nothing is deployed; the generation stands still if it changes."""
    active = statuses.cluster("shop-old", head=True, workers=2, app="RUNNING")
    pending = statuses.cluster("shop-new", head=True)
    status = statuses.service(active, pending, ready="NonZeroServeEndpoints", observed=observed)
    assert any("kubectl delete raycluster shop-new" in r for r in judge(seen(status)).reasons)


@pytest.mark.parametrize(
    ("ready", "message", "expected"),
    [
        ("ValidationFailed", "the name is too long", "refuses the spec: the name is too long"),
        ("InitializingTimeout", "30m", "delete the RayService and apply it anew"),
    ],
)
def test_what_the_operator_gives_up_on_has_failed(
    statuses: Any, ready: str, message: str, expected: str
) -> None:
    """Waiting does not help; `kubectl apply` said nothing."""
    verdict = judge(seen(statuses.service(ready=ready, message=message, observed=2)))
    assert verdict.state is State.FAILED
    assert expected in verdict.reasons[0]


def test_a_mended_spec_has_not_failed(statuses: Any) -> None:
    """The operator leaves the condition as it was until there is an endpoint."""
    pending = statuses.cluster("shop-new")
    verdict = judge(seen(statuses.service(None, pending, ready="ValidationFailed")))
    assert verdict.state is State.PROGRESSING
    assert "not ready: the mended spec has no endpoint yet" in verdict.reasons


def test_an_annotation_that_is_refused_has_failed(statuses: Any) -> None:
    """It makes no new generation; the endpoints are those of before."""
    status = statuses.done() | statuses.service(ready="ValidationFailed", message="30 minutes")
    status["numServeEndpoints"] = 2
    assert judge(seen(status)).state is State.FAILED


def test_a_failed_deployment_has_failed(statuses: Any) -> None:
    """Serve tries no more until the config changes."""
    active = statuses.cluster("shop-new", head=True, app="DEPLOY_FAILED", message="ImportError")
    verdict = judge(seen(statuses.service(active)))
    assert verdict.reasons == ("application app: DEPLOY_FAILED",)


def test_a_suspended_service_has_failed(statuses: Any) -> None:
    """It will not serve, whatever its status still says."""
    assert judge(seen(statuses.done(), suspend=True)).state is State.FAILED


@pytest.mark.parametrize(
    ("state", "expected", "text"),
    [
        ({"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}, State.FAILED,
         "pod w, container ray: ImagePullBackOff: not found"),
        ({"waiting": {"reason": "CreateContainerConfigError"}}, State.FAILED,
         "pod w, container ray: CreateContainerConfigError"),
        ({"terminated": {"reason": "OOMKilled", "exitCode": 137}}, State.DONE,
         "pod w, container ray: OOMKilled, exit code 137"),
        ({"waiting": {"reason": "ContainerCreating"}}, State.DONE,
         "active cluster shop-new: 1 worker pod pulling images or mounting volumes"),
        ({"running": {}}, State.DONE, "serve Service: 2 ready endpoints"),
    ],
)  # fmt: skip
def test_pods_are_told_in_words(
    statuses: Any, state: dict[str, Any], expected: State, text: str
) -> None:
    """What waiting does not mend fails the rollout; the rest is only told."""
    now = seen(statuses.done(), pod("w", state))
    assert judge(now).state is expected
    assert text in list(sentences(now))


def test_a_pod_without_a_node_is_told(statuses: Any) -> None:
    """Not a failure: a node may be on its way."""
    waiting = pod("w", {})
    message = "0/3 nodes are available: 3 Insufficient cpu."
    waiting["status"]["conditions"] = [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    ]
    now = seen(statuses.done(), waiting)
    assert f"pod w: Unschedulable: {message}" in list(sentences(now))
    assert judge(now).state is State.DONE


def test_a_pod_that_goes_is_no_trouble(statuses: Any) -> None:
    """The old cluster's pods end with errors when they are drained."""
    leaving = pod("w", {"terminated": {"exitCode": 1}})
    leaving["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert seen(statuses.done(), leaving).problems == []


def test_no_endpoint_is_told(statuses: Any) -> None:
    """The gap at the switch."""
    active = statuses.cluster("shop-new", head=True, workers=2, app="RUNNING")
    now = seen(statuses.service(active, ready="ZeroServeEndpoints"))
    assert "serve Service: no ready endpoint; new connections are refused" in list(sentences(now))
