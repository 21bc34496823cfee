"""Pod disruption budgets: how many pods a node drain may take at a time."""

from __future__ import annotations

from kuberay.render.commented import Commented, Object
from kuberay.render.names import HEAD, WORKER, Names
from kuberay.settings import DeployFile


def disruption_budgets(deploy: DeployFile) -> list[Object]:
    names = Names.of(deploy)
    evictable = deploy.head.evictable
    if evictable is None:
        evictable = deploy.redis is not None
    return [
        _budget(
            names, WORKER, Commented("one pod drains at a time, the others answer", 1),
            "a worker without a replica is not ready; it must not hold up a drain",
        ),
        _budget(
            names, HEAD, Commented(_reason(deploy, evictable=evictable), int(evictable)),
            "a head that is not ready has nothing to lose",
        ),
    ]  # fmt: skip


def _reason(deploy: DeployFile, *, evictable: bool) -> str:
    if deploy.redis and evictable:
        return "Redis keeps the cluster's state: workers go on answering while a new head starts"
    loss = (
        "nothing scales and nothing is rolled out until a new head has started"
        if deploy.redis
        else "the head takes all that Ray knows with it, and the service for minutes"
    )
    if evictable:
        return f"head.evictable: a node drain may take it, although {loss}"
    return f"{loss}: move it by hand" + ("" if deploy.redis else ", or give it a `redis`")


def _budget(names: Names, component: str, max_unavailable: Commented, always: str) -> Object:
    spec: Object = {
        "maxUnavailable": max_unavailable,
        "unhealthyPodEvictionPolicy": Commented(always, "AlwaysAllow"),
        "selector": {"matchLabels": names.labels(component)},
    }
    kind, name = "policy/v1 PodDisruptionBudget", f"{names.instance}-{component}"
    return names.object(kind, name, component, spec=spec)
