"""What follows from a deploy file: the numbers of Serve and of the pods, which must agree."""

from __future__ import annotations

import pytest

from foundation.errors import SettingsError
from foundation.json_types import JsonObject
from foundation.settings.sources import merged
from kuberay.quantity import GIB
from kuberay.settings.load import validated
from kuberay.settings.plan import Plan, plan

BASE: JsonObject = {
    "name": "shop", "namespace": "bqml", "image": "shop:1", "models": [{"source": "gs://b/m/1"}],
}  # fmt: skip


def planned(**changes: object) -> Plan:
    """Returns the plan of the least deploy file, changed."""
    return plan(validated(merged(BASE, changes)))


def test_replicas_follow_from_requests() -> None:
    """1000/s and 30 % headroom at 250/s each are 5.2 replicas, so 6; three in a pod."""
    numbers = planned(scale={"requests_per_s": 1000, "requests_per_s_per_replica": 250})
    assert (numbers.min_replicas, numbers.max_replicas) == (2, 6)
    assert (numbers.min_workers, numbers.max_workers) == (2, 2)


def test_an_exact_quotient_gets_no_replica_on_top() -> None:
    """1.3 is not exact in binary: 1000 times 1.3 by 100 are 13, not 14."""
    scale = {"requests_per_s": 1000, "requests_per_s_per_replica": 100, "headroom": 0.3}
    assert planned(scale=scale).max_replicas == 13


def test_a_pod_has_room_for_its_replicas_and_ray() -> None:
    """Two replicas of two CPUs: four that Ray counts, half of one for itself."""
    numbers = planned(
        workers={"replicas_per_worker": 2, "memory_per_replica": "2Gi"},
        serve={"replica": {"num_cpus": 2}},
    )
    assert (numbers.ray_cpus_per_worker, numbers.worker_cpus) == (4, 4.5)
    assert numbers.worker_memory_bytes >= 1.2 * 5 * GIB


def test_two_replicas_are_in_two_pods() -> None:
    """Although one would hold them: a node may fail."""
    assert planned().min_workers == 2
    assert planned(scale={"min_replicas": 1}).min_workers == 1


def test_a_drain_covers_the_longest_request() -> None:
    """Whatever its limit is, SIGKILL comes later, and the old cluster goes last."""
    numbers = planned(serve={"tensorflow": {"request_timeout_ms": 300_000}})
    assert numbers.request_timeout_s == 305
    assert numbers.request_timeout_s < numbers.worker_drain_s < numbers.grace_s
    assert numbers.deletion_delay_s >= numbers.request_timeout_s + numbers.keep_alive_timeout_s


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"workers": {"max_workers": 2}, "scale": {"max_replicas": 9}},
         "workers.max_workers (2) hold 6 replicas, max_replicas is 9: at least 3 are needed"),
        ({"workers": {"min_workers": 1}, "scale": {"min_replicas": 4}},
         "workers.min_workers (1) hold 3 replicas, min_replicas is 4"),
        ({"workers": {"min_workers": 3}}, "a pod without a replica is never ready"),
        ({"scale": {"requests_per_s": 1e9, "requests_per_s_per_replica": 1}},
         "pods for 1300000000 replicas: Kubernetes has 150000 at most"),
        ({"workers": {"cpus": "2"}}, "workers.cpus (2) is less than its 3 replicas need (3"),
        ({"workers": {"memory": "4Gi"}}, "workers.memory (4Gi) is less than"),
        ({"serve": {"replica": {"num_cpus": 0.5}}}, "is 1.5: Ray counts the CPUs"),
        ({"serve": {"autoscaling": {"max_replicas": 5}}}, "say it as scale.max_replicas"),
        ({"serve": {"repository": {"models": ["m"]}}}, "serve.repository.models has no effect"),
        ({"serve": {"http": {"port": 80}}}, "serve.http.port has no effect here"),
    ],
)  # fmt: skip
def test_sizes_that_contradict_each_other_are_refused(
    changes: dict[str, object], words: str
) -> None:
    """By the names of the keys, before a cluster waits for a pod that never comes."""
    with pytest.raises(SettingsError) as caught:
        planned(**changes)
    assert words in str(caught.value)
