"""Pod disruption budgets: how many pods a node drain may take at a time."""

from __future__ import annotations

from kuberay.render.because import Because, Object
from kuberay.render.names import HEAD, WORKER, Names
from kuberay.settings.model import DeployFile


def disruption_budgets(deploy: DeployFile) -> list[Object]:
    """Returns the budgets of the workers and of the head."""
    names = Names.of(deploy)
    evictable = deploy.head.evictable
    if evictable is None:
        evictable = deploy.redis is not None
    reason = (
        "Redis keeps the cluster's state: workers go on answering while a new head starts"
        if deploy.redis
        else "the head takes all that Ray knows with it, and the service for minutes; move it by "
        "hand, or give it a `redis`"
    )
    return [
        _budget(names, WORKER, Because("one pod drains at a time, the others answer", 1)),
        _budget(names, HEAD, Because(reason, 1 if evictable else 0)),
    ]


def _budget(names: Names, component: str, max_unavailable: Because) -> Object:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": names.metadata(f"{names.instance}-{component}", component),
        "spec": {
            "maxUnavailable": max_unavailable,
            "unhealthyPodEvictionPolicy": Because(
                "a worker without a replica is not ready; it must not hold up a drain",
                "AlwaysAllow",
            ),
            "selector": {"matchLabels": names.labels(component)},
        },
    }
