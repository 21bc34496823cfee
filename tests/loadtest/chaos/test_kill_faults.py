"""Real processes are killed, and only those of the service."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psutil
import pytest

from loadtest.chaos._kill_faults import KillProxy, KillReplica
from loadtest.errors import ServiceError
from loadtest.replicas.dashboard import Dashboard
from loadtest.replicas.watch import ReplicaWatch
from loadtest.run_clock import Clock
from loadtest.service.process_tree import ProcessTree, lives
from loadtest.settings.replicas import ReplicaSettings

# A process that names itself after its argument, listens, and says where.
LISTENER = (
    "import socket, sys; s = socket.create_server(('127.0.0.1', 0));"
    "print(s.getsockname()[1], flush=True); held = []\n"
    "for _ in range(3): held.append(s.accept()[0]); held[-1].send(b'!')\n"
    "input()"
)
# Starts two of them and repeats what they say.
PARENT = f"""
import subprocess, sys
code = {LISTENER!r}
names = ["ray::ServeReplica:bqml:ModelServer", "haproxy"]
children = [subprocess.Popen([name, "-c", code], executable=sys.executable, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE) for name in names]
print(*(f"{{c.pid}} {{c.stdout.readline()}}" for c in children), flush=True)
input()
for child in children:
    child.kill()
    child.wait()
"""


class Family:
    """A parent with a replica and a proxy, each with a port."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", PARENT]
        self.parent = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.parent.stdout
        words = [self.parent.stdout.readline() for _ in range(2)]
        (self.replica, self.port), (self.proxy, _) = (
            (int(pid), int(port)) for pid, port in (line.split() for line in words)
        )
        self.tree = ProcessTree(self.parent.pid)


@pytest.fixture
def family() -> Iterator[Family]:
    """A family that is gone at the end."""
    family = Family()
    yield family
    family.parent.communicate("\n")


@pytest.fixture
def watch(fake_ray: Any, family: Family) -> Iterator[ReplicaWatch]:
    """A watch of two replicas: one is the family's, the other runs elsewhere."""
    fake_ray.show(replicas={"aaa": "RUNNING", "bbb": "RUNNING"}, target=2,
                  pids={"aaa": family.replica, "bbb": 1})  # fmt: skip
    settings = ReplicaSettings(poll_s=0.02, ongoing_poll_s=0)
    dashboard = Dashboard(fake_ray.site.url, "a-token")
    with ReplicaWatch(settings, dashboard, Clock.start(), lambda _seen: None) as watch:
        yield watch


def test_the_killed_replica_is_one_of_ours_and_its_requests_are_counted(
    family: Family, watch: ReplicaWatch, fake_ray: Any
) -> None:
    """Three clients are connected to it; healed means as many replicas without it."""
    fault = KillReplica(family.tree, watch, users=10)
    with ExitStack() as clients:
        for _ in range(3):
            client = socket.create_connection(("127.0.0.1", family.port))
            clients.enter_context(client)
            assert client.recv(1)  # it is the process's own now, no longer only the kernel's
        damage = fault.inject()
    assert (damage.in_flight, damage.detail) == (3, "aaa, one of 2")
    while lives(psutil.Process(family.replica)):
        pass
    assert not fault.recovered()
    fake_ray.show(replicas={"bbb": "RUNNING", "ccc": "RUNNING"})
    while watch.latest and "aaa" in watch.latest.pids:
        pass
    assert fault.recovered()


def test_a_replica_that_runs_elsewhere_is_not_killed(
    family: Family, watch: ReplicaWatch, fake_ray: Any
) -> None:
    """It is not below the service's process."""
    fake_ray.show(replicas={"bbb": "RUNNING"})
    while watch.latest and "aaa" in watch.latest.pids:
        pass
    with pytest.raises(ServiceError, match="no replica runs in the service's process tree"):
        KillReplica(family.tree, watch, users=10).inject()


def test_the_proxy_is_killed_and_healed_when_another_answers(family: Family, site: Any) -> None:
    """All users' requests went through it."""
    fault = KillProxy(family.tree, site.url, users=10)
    assert fault.inject().in_flight == 10
    while lives(psutil.Process(family.proxy)):
        pass
    assert not fault.recovered()
    site.pages["/readyz"] = (200, {"status": "ready"})
    assert fault.recovered()
