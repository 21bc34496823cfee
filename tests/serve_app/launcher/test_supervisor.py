"""However the service is ended, nothing of it is left."""

from __future__ import annotations

import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from foundation.free_ports import free_ports

pytestmark = pytest.mark.ray


@pytest.fixture
def root(publish: Callable[..., Path], iris_export: Path) -> Path:
    """A repository with one small model."""
    return publish(iris_export)


def test_ctrl_c_ends_every_process(
    root: Path, start_service: Callable[..., Any], still_alive: Callable[..., list[int]]
) -> None:
    """The terminal sends SIGINT to the whole foreground group; two services do not meet."""
    with start_service(root) as other, start_service(root) as service:
        family = service.family()
        assert len(family) > 3
        os.killpg(service.process.pid, signal.SIGINT)
        assert service.process.wait(180) == 0
        assert still_alive(family) == []
        assert other.process.poll() is None
        assert other.replicas() == 1


def test_a_killed_supervisor_takes_the_service_with_it(
    root: Path,
    start_service: Callable[..., Any],
    still_alive: Callable[..., list[int]],
    wait_until: Callable[..., None],
) -> None:
    """SIGKILL leaves it no chance to clean up; the service notices."""
    with start_service(root) as service:
        family = service.family()
        service.process.kill()
        wait_until(lambda: still_alive(family) == [])


def test_a_killed_service_is_cleaned_up_by_its_supervisor(
    root: Path,
    start_service: Callable[..., Any],
    still_alive: Callable[..., list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its dashboard, whose processes overwrite their own environment, goes too."""
    (port,) = free_ports(1)
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0" * 64)
    dashboard = ("--set", "dashboard.enabled=true", "--set", f"dashboard.port={port}")
    with start_service(root, *dashboard) as service:
        supervisor = psutil.Process(service.process.pid)
        family = [process.pid for process in supervisor.children(recursive=True)]
        assert running_deployments(port) == ["ModelServer"]
        (child,) = supervisor.children()
        child.kill()
        assert service.process.wait(180) != 0
        assert still_alive(family) == []


def running_deployments(port: int) -> list[str]:
    """Returns the deployments of which Ray's REST API on loopback knows."""
    url = f"http://127.0.0.1:{port}/api/serve/applications/"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(url, timeout=60)
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {'0' * 64}"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return list(json.load(response)["applications"]["bqml"]["deployments"])
