"""What all workers of a run share starts once and ends with the last, however that one ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.shared_process import SharedProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import SpawnProcess

COMMAND = [sys.executable, "-c", "import time; print('{}', flush=True); time.sleep(600)"]


def use(folder: Path, pipe: Connection) -> None:
    """Uses the process as a worker does, until it is told to let go."""
    with SharedProcess(folder).running(COMMAND, folder) as announced:
        pipe.send(announced["pid"])
        pipe.recv()


class User:
    """A worker."""

    def __init__(self, folder: Path) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self.process: SpawnProcess = context.Process(target=use, args=(folder, theirs))
        self.process.start()
        self.pid: int = self._pipe.recv()

    def let_go(self) -> None:
        """Ends as it should."""
        self._pipe.send(None)
        self.process.join()


@pytest.fixture
def users(tmp_path: Path) -> Iterator[list[User]]:
    """Two of them."""
    both = [User(tmp_path), User(tmp_path)]
    yield both
    for user in both:
        user.process.kill()
        user.process.join()


def test_it_lives_as_long_as_somebody_uses_it(users: list[User], tmp_path: Path) -> None:
    """One process for both; the first to come may be the first to go."""
    first, second = users
    assert first.pid == second.pid
    first.let_go()
    time.sleep(0.2)
    assert alive(second.pid)
    second.let_go()
    SharedProcess(tmp_path).wait_until_stopped()
    assert not alive(second.pid)


def test_a_killed_user_does_not_keep_it(users: list[User], tmp_path: Path) -> None:
    """The kernel lets go for it."""
    for user in users:
        assert user.process.pid
        os.kill(user.process.pid, signal.SIGKILL)
    SharedProcess(tmp_path).wait_until_stopped()
    assert not alive(users[0].pid)


def test_whoever_comes_later_gets_a_new_one(users: list[User], tmp_path: Path) -> None:
    """Never one that is being stopped."""
    for user in users:
        user.let_go()
    later = User(tmp_path)
    assert alive(later.pid)
    later.let_go()
    SharedProcess(tmp_path).wait_until_stopped()


def test_one_that_cannot_start_says_why(tmp_path: Path) -> None:
    """In the failure of whoever asked first."""
    command = [sys.executable, "-c", "raise SystemExit('no such port')"]
    with pytest.raises(AssertionError, match="no such port"):  # noqa: SIM117 - it is the inner one
        with SharedProcess(tmp_path).running(command, tmp_path):
            pass


def alive(pid: int) -> bool:
    """Tells whether a process is there."""
    return Path(f"/proc/{pid}").exists()
