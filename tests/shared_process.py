"""A process that all workers of one test run share: the first to ask starts it, the last ends it.

    with SharedProcess(folder).running(command) as announced: ...

Each user holds a shared lock on a file of the folder. A keeper, a process of its own that outlives
the worker by which it was started, waits for the exclusive lock on that file: the kernel gives it
when the last user has let go, also when users were killed. Then it stops the process, and only then
lets go itself. So nothing is counted, and nothing is left behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

STOP_TIMEOUT_S = 180


class SharedProcess:
    """A process with a folder that all its users know."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def running(self, command: Sequence[str], cwd: Path) -> Iterator[Any]:
        """Yields the JSON line that the process printed when it was ready, and its `pid`."""
        with (self.folder / "users").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            yield self._announced(command, cwd)

    def _announced(self, command: Sequence[str], cwd: Path) -> Any:
        announced = self.folder / "announced.json"
        with once(self.folder / "start"):
            if not announced.exists():
                with (self.folder / "log").open("ab") as log:
                    keeper = [sys.executable, __file__, str(self.folder), *command]
                    started = subprocess.run(
                        keeper, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                        check=False,
                    )  # fmt: skip
                assert started.returncode == 0, (self.folder / "log").read_text()
        return json.loads(announced.read_text())

    def wait_until_stopped(self) -> None:
        """Returns when nobody keeps it; whoever calls must not be the last user."""
        keeper, deadline_s = self.folder / "keeper", time.monotonic() + STOP_TIMEOUT_S
        while keeper.exists() and Path("/proc", keeper.read_text()).exists():
            assert time.monotonic() < deadline_s, f"{self.folder} is still in use"
            time.sleep(0.05)


@contextlib.contextmanager
def once(lock: Path) -> Iterator[None]:
    """Lets one worker at a time in, so that the others find what it has made."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def keep(folder: Path, command: Sequence[str]) -> None:
    """Starts the process; its starter hears of that by the exit code, and is no longer needed."""
    heard, told = os.pipe()
    if os.fork():
        os.close(told)
        os._exit(0 if os.read(heard, 1) else 1)
    os.setsid()
    (folder / "keeper").write_text(str(os.getpid()))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            announced = {**json.loads(line), "pid": process.pid}
            (folder / "announced.json").write_text(json.dumps(announced))
            os.write(told, b"1")
            os.close(told)
            with (folder / "users").open("a") as users:
                fcntl.flock(users, fcntl.LOCK_EX)
                (folder / "announced.json").unlink()
                _stop(process)
        finally:
            process.kill()


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_TIMEOUT_S)


if __name__ == "__main__":
    keep(Path(sys.argv[1]), sys.argv[2:])
