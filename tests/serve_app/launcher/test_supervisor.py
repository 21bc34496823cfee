"""However the service is ended, nothing of it is left."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
        assert service.process.wait(60) == 0
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
    root: Path, start_service: Callable[..., Any], still_alive: Callable[..., list[int]]
) -> None:
    """The exit code tells that it did not end well."""
    with start_service(root) as service:
        family = service.family()
        (child,) = (
            Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
            .read_text()
            .split()
        )
        os.kill(int(child), signal.SIGKILL)
        assert service.process.wait(60) != 0
        assert still_alive(family) == []
