"""Faults that kill a process of the service with SIGKILL: a replica, the proxy."""

from __future__ import annotations

import urllib.request
from http.client import HTTPException

import psutil

from loadtest.chaos._fault import Damage, Fault
from loadtest.errors import ServiceError
from loadtest.replicas.watch import ReplicaWatch
from loadtest.service.process_tree import ProcessTree, lives

_HAPROXY = "haproxy"
_RAYS_PROXY = "ray::ProxyActor"
_TIMEOUT_S = 2.0


class KillReplica(Fault):
    """Kills the replica that holds the most requests."""

    name = "kill-replica"

    def __init__(self, tree: ProcessTree, watch: ReplicaWatch, users: int) -> None:
        self._tree, self._watch, self._users = tree, watch, users
        self._killed = ""
        self._running = 0

    def inject(self) -> Damage:
        seen = self._watch.latest
        running = [r for r in seen.replicas if r.state == "running"] if seen else []
        processes = {process.pid: process for process in self._tree.processes()}
        pids = seen.pids if seen else {}
        candidates = [r for r in running if pids.get(r.replica_id) in processes]
        if not candidates:
            raise ServiceError("no replica runs in the service's process tree")
        replica = max(candidates, key=lambda r: r.ongoing or 0.0)
        process = processes[pids[replica.replica_id]]
        self._killed, self._running = replica.replica_id, len(running)
        # More requests than users are never on their way.
        in_flight = min(self._users, _connections(process))
        process.kill()
        return Damage(in_flight, f"{replica.replica_id}, one of {len(running)}")

    def recovered(self) -> bool:
        seen = self._watch.latest
        running = {r.replica_id for r in seen.replicas if r.state == "running"} if seen else set()
        return self._killed not in running and len(running) >= self._running


class KillProxy(Fault):
    """Kills the process that all requests go through: HAProxy, or Ray's own proxy."""

    name = "kill-proxy"

    def __init__(self, tree: ProcessTree, url: str, users: int) -> None:
        self._tree, self._url, self._users = tree, url, users
        self._killed: psutil.Process | None = None

    def inject(self) -> Damage:
        found = self._tree.named(_HAPROXY) or self._tree.named(_RAYS_PROXY)
        if not found:
            raise ServiceError("no proxy runs in the service's process tree")
        self._killed = found[-1]
        self._killed.kill()
        return Damage(self._users, f"{self._killed.pid}, all of {self._users} users")

    def recovered(self) -> bool:
        if self._killed is None or lives(self._killed):
            return False
        try:
            with urllib.request.urlopen(  # noqa: S310 - the service's own address
                f"{self._url}/readyz", timeout=_TIMEOUT_S
            ) as answer:
                return bool(answer.status == 200)
        except (OSError, HTTPException):
            return False


def _connections(process: psutil.Process) -> int:
    """Each client has at most one request at the process."""
    connections = process.net_connections(kind="tcp")
    listening = {found.laddr.port for found in connections if found.status == psutil.CONN_LISTEN}
    return sum(
        found.status == psutil.CONN_ESTABLISHED and found.laddr.port in listening
        for found in connections
    )
