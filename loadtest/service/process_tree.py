"""The processes of the service: which there are, what they use, and their end."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

import psutil

from loadtest.record.observations import ServerSample
from loadtest.run_clock import Clock

_GRACE_S = 5.0


class ProcessTree:
    """A process and all that descend from it."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        # Of processes that have ended too: their CPU time is lost to the system with them.
        self._cpu_s: dict[psutil.Process, float] = {}
        # Without its parent a process could not be found again.
        self._seen: set[psutil.Process] = {self._root}

    def processes(self) -> list[psutil.Process]:
        """Those that descend from the root, or did when last looked at."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self._seen.update(self._root.children(recursive=True))
        self._seen = {process for process in self._seen if lives(process)}
        return list(self._seen)

    def named(self, name: str) -> list[psutil.Process]:
        found = [process for process in self.processes() if _title(process).startswith(name)]
        return sorted(found, key=lambda process: process.create_time())

    def usage(self) -> tuple[float, int]:
        """CPU seconds used so far by all that ever were, and the resident bytes."""
        rss_bytes = 0
        for process in self.processes():
            try:
                with process.oneshot():
                    used = process.cpu_times()
                    rss_bytes += process.memory_info().rss
            except psutil.Error:
                continue
            self._cpu_s[process] = used.user + used.system
        return sum(self._cpu_s.values()), rss_bytes

    def end(self) -> None:
        left = self.processes()
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.terminate()
        _, left = psutil.wait_procs(left, timeout=_GRACE_S)
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=_GRACE_S)


def lives(process: psutil.Process) -> bool:
    """A process that waits for its parent to ask for its end does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _title(process: psutil.Process) -> str:
    try:
        return Path((process.cmdline() or [""])[0]).name
    except psutil.Error:
        return ""


class UsageWatch(threading.Thread):
    """Measures a process tree again and again."""

    def __init__(
        self,
        tree: ProcessTree,
        clock: Clock,
        period_s: float,
        listener: Callable[[ServerSample], None],
    ) -> None:
        super().__init__(name="watch the service's processes", daemon=True)
        self._tree, self._clock, self._period_s, self._listener = tree, clock, period_s, listener
        self._ended = threading.Event()

    def run(self) -> None:
        before_s, _ = self._tree.usage()
        while not self._ended.wait(self._period_s):
            cpu_s, rss_bytes = self._tree.usage()
            t_s = self._clock.now_s()
            self._listener(ServerSample(t_s=t_s, cpu_s=cpu_s - before_s, rss_bytes=rss_bytes))

    def end(self) -> None:
        self._ended.set()
        self.join()
