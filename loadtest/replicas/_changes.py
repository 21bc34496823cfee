from __future__ import annotations

from collections.abc import Iterator

from loadtest.record.observations import Event, Replica
from loadtest.replicas.serve_details import DeploymentDetails


def changes(
    before: DeploymentDetails | None, after: DeploymentDetails, t_s: float
) -> Iterator[Event]:
    """The target, a replica's state, a replica that is gone, a proxy; none at the first look."""
    if before is None:
        return
    if before.target != after.target:
        text = f"{before.target} to {after.target} replicas"
        yield Event(t_s=t_s, kind="replica", name="target", detail=text)
    yield from _replica_changes(before.replicas, after.replicas, t_s)
    for node, state in after.proxies.items():
        if before.proxies.get(node) != state:
            text = f"{before.proxies.get(node, 'none')} to {state} on node {node[:8]}"
            yield Event(t_s=t_s, kind="proxy", name="state", detail=text)
    for node in before.proxies.keys() - after.proxies.keys():
        yield Event(t_s=t_s, kind="proxy", name="gone", detail=f"node {node[:8]}")
    if after.message and after.message != before.message:
        text = " ".join(after.message.split())
        yield Event(t_s=t_s, kind="replica", name="message", detail=text)


def _replica_changes(
    before: tuple[Replica, ...], after: tuple[Replica, ...], t_s: float
) -> Iterator[Event]:
    states = {replica.replica_id: replica.state for replica in before}
    for replica in after:
        if states.pop(replica.replica_id, None) != replica.state:
            yield Event(t_s=t_s, kind="replica", name=replica.state, detail=replica.replica_id)
    for replica_id in states:
        yield Event(t_s=t_s, kind="replica", name="gone", detail=replica_id)
