"""The rendered pods as processes with networks of their own: scaling out, and a pod that goes.

Each pod is what KubeRay would make of the manifest: its address, its /tmp and /dev/shm, its
environment, its command line, its readiness probe. Kubernetes itself is played by the test: it adds
the next worker where a replica finds no room, and sends requests to pods that are ready.
"""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.ray
Rendered = Callable[..., dict[str, Any]]
TOKEN = "t" * 32
ROOT = Path(__file__).parents[3]
ROWS = [{"sepal_length": 5.0, "sepal_width": 2.0, "petal_length": 3.5, "petal_width": 1.0}] * 200
PREDICT = "/v1/models/iris_model:predict"
PATIENCE_S = 240
SENDERS = 8
OK = 200
# As recorded from KubeRay 1.7: what it adds to every pod's environment.
OPERATORS_ENV = {
    "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN, "RAY_PORT": "6379",
    "RAY_CLUSTER_NAME": "shop-abcde", "RAY_CLUSTER_NAMESPACE": "bqml",
    "RAY_timeout_ms_task_wait_for_death_info": "0", "RAY_gcs_server_request_timeout_seconds": "5",
    "RAY_SERVE_KV_TIMEOUT_S": "5", "RAY_USAGE_STATS_KUBERAY_IN_USE": "1",
}  # fmt: skip
# A pod: /tmp and /dev/shm as its emptyDirs have them, the model below /mnt, and bash as process 1.
POD = """
mount --make-rprivate / && mount -t tmpfs tmpfs /mnt && mkdir /mnt/iris_model &&
mount --bind "$MODEL" /mnt/iris_model && mount -t tmpfs tmpfs /tmp &&
mount -t tmpfs -o size="$SHM" tmpfs /dev/shm && mkdir -p /tmp/home &&
exec /bin/bash -c -- "$COMMAND"
"""


def ask(
    address: str, method: str, path: str, body: str | None = None, *, port: int = 8000,
    timeout_s: float = 60,
) -> tuple[int, bytes]:  # fmt: skip
    """Returns the status and the body of an answer over a connection of its own."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    with contextlib.closing(http.client.HTTPConnection(address, port, timeout=timeout_s)) as one:
        one.request(method, path, body, headers)
        answer = one.getresponse()
        return answer.status, answer.read()


def ip(*words: str) -> None:
    """Runs iproute2."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass
class Network:
    """A bridge in a network of its own; pods are plugged into it."""

    prefix: str = field(default_factory=lambda: f"kr{os.getpid()}")
    names: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Makes the bridge, whose address is the clients'."""
        self._add("net")
        ip("-n", self.name("net"), "link", "add", "br0", "type", "bridge")
        ip("-n", self.name("net"), "addr", "add", "10.77.0.1/24", "dev", "br0")
        ip("-n", self.name("net"), "link", "set", "br0", "up")

    def plug(self, pod: str) -> str:
        """Returns the address of a new pod."""
        number = len(self.names) + 1
        self._add(pod)
        here, there = ("-n", self.name("net")), ("-n", self.name(pod))
        peer = ("peer", "name", "eth0", "netns", self.name(pod))
        ip(*here, "link", "add", f"v{number}", "type", "veth", *peer)
        ip(*here, "link", "set", f"v{number}", "master", "br0", "up")
        ip(*there, "addr", "add", f"10.77.0.{number}/24", "dev", "eth0")
        ip(*there, "link", "set", "eth0", "up")
        ip(*there, "route", "add", "default", "via", "10.77.0.1")
        return f"10.77.0.{number}"

    def _add(self, short: str) -> None:
        ip("netns", "add", self.name(short))
        self.names.append(short)
        ip("-n", self.name(short), "link", "set", "lo", "up")

    def name(self, short: str) -> str:
        """Returns a name that no other test run has."""
        return f"{self.prefix}-{short}"

    def enter(self) -> None:
        """Moves the calling thread to where the clients are."""
        with Path(f"/var/run/netns/{self.name('net')}").open() as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    def stop(self) -> None:
        """Takes everything away."""
        for short in reversed(self.names):
            subprocess.run(["ip", "netns", "delete", self.name(short)], check=False)


@dataclass
class Pod:
    """A running pod."""

    address: str
    group: dict[str, Any]
    process: subprocess.Popen[bytes]
    failures: int = 0
    is_ready: bool = False

    @property
    def container(self) -> dict[str, Any]:
        """Returns the Ray container as it is rendered."""
        found: dict[str, Any] = self.group["template"]["spec"]["containers"][0]
        return found

    def probe(self) -> None:
        """Asks once, as the kubelet does."""
        probe = self.container["readinessProbe"]
        try:
            connection = http.client.HTTPConnection(
                self.address, 8000, timeout=probe["timeoutSeconds"]
            )
            connection.request("GET", probe["httpGet"]["path"])
            good = connection.getresponse().status < 400
            connection.close()
        except (OSError, http.client.HTTPException):
            good = False
        self.failures = 0 if good else self.failures + 1
        self.is_ready = good or (self.is_ready and self.failures < probe["failureThreshold"])

    def terminate(self) -> None:
        """Sends SIGTERM to process 1 of the pod, as the kubelet does."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        os.kill(int(children.split()[0]), signal.SIGTERM)


@dataclass
class Cluster:
    """The pods of one RayService."""

    network: Network
    service: dict[str, Any]
    model: Path
    logs: Path
    pods: list[Pod] = field(default_factory=list)
    head: str = ""

    def add(self, short: str) -> Pod:
        """Returns the head, or a worker that joins it."""
        cluster = self.service["spec"]["rayClusterConfig"]
        is_head = short == "head"
        group = cluster["headGroupSpec"] if is_head else cluster["workerGroupSpecs"][0]
        address = self.network.plug(short)
        self.head = self.head or address
        spec = group["template"]["spec"]
        rendered = {entry["name"]: entry["value"] for entry in spec["containers"][0]["env"]}
        own = {
            "RAY_ADDRESS": f"{'127.0.0.1' if is_head else self.head}:6379",
            "RAY_CLOUD_INSTANCE_ID": short,
            "RAY_NODE_TYPE_NAME": "headgroup" if is_head else group["groupName"],
            **({"RAY_enable_autoscaler_v2": "true"} if is_head else {}),
        }
        volumes = {volume["name"]: volume["emptyDir"] for volume in spec["volumes"]}
        environment = {
            "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
            "PYTHONPATH": str(ROOT), "MODEL": str(self.model), "SHM": volumes["shm"]["sizeLimit"],
            "COMMAND": self._command(group, is_head=is_head), **rendered, **OPERATORS_ENV, **own,
        }  # fmt: skip
        environment["SHM"] = environment["SHM"].removesuffix("i")
        with (self.logs / short).open("wb") as log:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.network.name(short), "unshare", "--mount", "--pid",
                 "--fork", "--mount-proc", "--kill-child", "sh", "-c", POD],
                env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        pod = Pod(address, group, process)
        self.pods += [] if is_head else [pod]
        return pod

    def _command(self, group: dict[str, Any], *, is_head: bool) -> str:
        limit = group["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"]
        size = int(limit[:-2]) * {"Gi": 2**30, "Mi": 2**20}[limit[-2:]]
        params = {
            "block": None, "dashboard-agent-listen-port": "52365", "memory": str(size),
            "metrics-export-port": "8080", **group["rayStartParams"],
            **({"dashboard-host": "0.0.0.0", "no-monitor": None} if is_head
               else {"address": f"{self.head}:6379"}),
        }  # fmt: skip
        flags = (f"--{key}" + (f"={value}" if value else "") for key, value in params.items())
        start = f"ray start {'--head' if is_head else ''} {'  '.join(flags)} "
        return f"ulimit -n ${{RAY_START_ULIMIT_OPEN_FILES:-65536}}; {start}"

    def dashboard(self, method: str = "GET", body: object = None) -> Any:
        """Asks Serve on the head, as the operator does."""
        data = None if body is None else json.dumps(body)
        status, text = ask(self.head, method, "/api/serve/applications/", data, port=8265)
        assert status == OK, text
        return json.loads(text or b"null")

    def replicas(self) -> list[tuple[str, str]]:
        """Returns the state of each replica, and the address of its node."""
        application = self.dashboard()["applications"]["bqml"]
        listed = application["deployments"]["ModelServer"]["replicas"]
        return [(replica["state"], replica.get("node_ip") or "") for replica in listed]

    def running(self) -> list[str]:
        """Returns the addresses of the nodes with a replica that runs."""
        return sorted(node for state, node in self.replicas() if state == "RUNNING")


@dataclass
class Load:
    """Clients behind the Service: a new connection each time, to a pod that is ready."""

    cluster: Cluster
    stop: threading.Event = field(default_factory=threading.Event)
    answered: int = 0
    failed: list[str] = field(default_factory=list)

    def probe(self) -> None:
        """Keeps the endpoints up to date."""
        while not self.stop.wait(1):
            for pod in list(self.cluster.pods):
                pod.probe()

    def send(self) -> None:
        """Sends one request after the other."""
        body, turn = json.dumps({"instances": ROWS}), 0
        while not self.stop.is_set():
            ready = [pod.address for pod in self.cluster.pods if pod.is_ready]
            if not ready:
                time.sleep(0.1)
                continue
            turn += 1
            address = ready[turn % len(ready)]
            try:
                connection = http.client.HTTPConnection(address, 8000, timeout=60)
                connection.request("POST", PREDICT, body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                text = answer.read()
                connection.close()
                if answer.status != 200:
                    self.failed.append(f"{address}: {answer.status} {text[:200]!r}")
            except OSError as exc:
                self.failed.append(f"{address}: {exc!r}")
            self.answered += 1


def until(condition: Callable[[], Any]) -> Any:
    """Returns what `condition` does once it is true, and lets it fail meanwhile."""
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        problem: object = None
        try:
            if value := condition():
                return value
        except (OSError, KeyError, AssertionError, http.client.HTTPException) as exc:
            problem = exc
        assert time.monotonic() < deadline_s, f"not in time: {problem!r}"
        time.sleep(0.5)


@pytest.fixture
def network() -> Iterator[Network]:
    """A network of its own, where the machine lets us make one."""
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("unshare"):
        pytest.skip("needs root, iproute2 and util-linux for pods with addresses of their own")
    if any(Path("/tmp") in path.resolve().parents for path in (ROOT, Path(sys.executable))):
        pytest.skip("the clone lies below /tmp, which each pod has for itself")
    made = Network()
    try:
        made.start()
    except subprocess.CalledProcessError as exc:
        made.stop()
        pytest.skip(f"no network namespaces here: {exc.stderr.decode().strip()}")
    yield made
    made.stop()


@pytest.fixture
def cluster(
    network: Network, rendered: Rendered, real_exports: Path, tmp_path: Path
) -> Iterator[Cluster]:
    """A head and one worker of one CPU, for one replica."""
    service = rendered(
        models=[{"source": "/mnt/iris_model/1"}],
        scale={"min_replicas": 1, "max_replicas": 2},
        workers={"replicas_per_worker": 1},
        head={"memory": "2Gi"},
        serve={"autoscaling": {"target_ongoing_requests": 1, "downscale_delay_s": 600}},
    )["RayService/shop"]
    shutil.copytree(real_exports / "iris_logistic_reg", tmp_path / "iris_model" / "1")
    made = Cluster(network, service, tmp_path / "iris_model", tmp_path)
    pods = []
    try:
        pods = [made.add("head"), made.add("w1")]
        yield made
    finally:
        for pod in (*pods, *made.pods):
            with contextlib.suppress(ProcessLookupError):
                pod.process.kill()  # with it everything in the pod
            pod.process.wait()


def test_a_worker_joins_and_one_goes_and_no_request_fails(cluster: Cluster) -> None:
    """More replicas than a worker holds; then SIGTERM to the first worker, under load."""
    load = Load(cluster)
    with ThreadPoolExecutor(SENDERS + 2, initializer=cluster.network.enter) as clients:
        try:
            clients.submit(scale_out_and_drain, cluster, load, clients).result()
        finally:
            load.stop.set()
    assert load.failed == []
    assert load.answered > SENDERS


def scale_out_and_drain(cluster: Cluster, load: Load, clients: ThreadPoolExecutor) -> None:
    """Plays the operator, the autoscaler and a node that is drained."""
    until(cluster.dashboard)
    cluster.dashboard("PUT", yaml.safe_load(cluster.service["spec"]["serveConfigV2"]))
    clients.submit(load.probe)
    first = cluster.pods[0]
    until(lambda: first.is_ready and cluster.running() == [first.address])

    for _ in range(SENDERS):
        clients.submit(load.send)
    until(lambda: len(cluster.replicas()) > 1)  # it finds no room: the autoscaler adds a pod
    assert cluster.running() == [first.address]
    second = cluster.add("w2")
    until(lambda: second.is_ready and len(cluster.running()) > 1)

    first.terminate()
    third = cluster.add("w3")  # the operator replaces what goes
    grace_s = first.group["template"]["spec"]["terminationGracePeriodSeconds"]
    first.process.wait(timeout=grace_s)  # SIGKILL would come now
    assert not first.is_ready
    until(lambda: third.is_ready and cluster.running() == [second.address, third.address])
