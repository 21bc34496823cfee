"""Three replicas behind one port have one page of metrics."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.ray

COUNT = ':tensorflow:serving:request_count{model_name="iris",status="OK"}'
ROW = {"petal_length": 1.4, "petal_width": 0.2, "sepal_length": 5.1, "sepal_width": 3.5}


@pytest.fixture(scope="module")
def three(
    tmp_path_factory: pytest.TempPathFactory, iris_export: Path, start_service: Callable[..., Any]
) -> Iterator[Any]:
    """A service with three replicas and the model `iris`."""
    root = tmp_path_factory.mktemp("serving_dir")
    shutil.copytree(iris_export, root / "iris" / "1")
    settings = ("autoscaling.min_replicas=3", "autoscaling.max_replicas=3", "replica.num_cpus=0.5")
    arguments = [part for setting in settings for part in ("--set", setting)]
    with start_service(root, *arguments) as running:
        yield running


def requests(service: Any) -> int:
    """Returns how many requests the page has counted."""
    url = f"http://127.0.0.1:{service.port}/monitoring/prometheus/metrics"
    with urllib.request.urlopen(url, timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return next((int(line.split()[-1]) for line in lines if line.startswith(COUNT)), 0)


def predict(service: Any, times: int) -> None:
    """Sends predictions, each on a connection of its own, so that every replica gets some."""
    url = f"http://127.0.0.1:{service.port}/v1/models/iris:predict"
    body = json.dumps({"instances": [ROW]}).encode()
    for _ in range(times):
        with urllib.request.urlopen(url, body, timeout=30) as answer:
            assert answer.status == 200


def test_every_replica_answers_with_the_sum(three: Any) -> None:
    """At once, and whichever of them is asked."""
    before = requests(three)
    predict(three, 30)
    assert {requests(three) for _ in range(9)} == {before + 30}


def test_counters_do_not_go_back_when_a_replica_dies(three: Any, wait_until: Any) -> None:
    """Not even when it is killed: what it wrote down two seconds ago still counts."""
    predict(three, 30)
    before = requests(three)
    time.sleep(5)  # until it has certainly been written down
    os.kill(_replica(three), signal.SIGKILL)
    seen = [before]

    def recovered() -> bool:
        # A request that was on its way to the killed replica may fail: that is not the promise.
        with contextlib.suppress(OSError):
            seen.append(requests(three))
        return len(seen) > 20 and three.replicas() == 3

    wait_until(recovered)
    assert seen == sorted(seen)
    with contextlib.suppress(OSError):
        predict(three, 10)
    assert requests(three) > seen[-1]


def _replica(service: Any) -> int:
    for pid in service.family():
        if b"ray::ServeReplica" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return int(pid)
    pytest.fail("there is no replica")
