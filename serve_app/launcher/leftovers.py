"""Finds and ends what a local service has left behind, and nothing else.

Every process that descends from the service carries its run folder in its environment; Ray starts
some of them in sessions and process groups of their own, so neither of those would find them all.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

RUN_DIR_VARIABLE = "BQML_RUN_DIR"
_GRACE_S = 5.0
_POLL_S = 0.1


def processes_of(run_dir: Path) -> list[int]:
    """Returns the ids of the living processes that have `run_dir` in their environment."""
    marker = f"{RUN_DIR_VARIABLE}={run_dir}".encode()
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and int(process.name) != os.getpid():
            with contextlib.suppress(OSError):
                if marker in (process / "environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
    return found


def sweep(run_dir: Path) -> None:
    """Waits for the processes of `run_dir` to end, insists step by step, and deletes the folder."""
    started_s = time.monotonic()
    while left := processes_of(run_dir):
        waited_s = time.monotonic() - started_s
        if waited_s > _GRACE_S:
            sent = signal.SIGTERM if waited_s < 2 * _GRACE_S else signal.SIGKILL
            for pid in left:
                with contextlib.suppress(OSError):
                    os.kill(pid, sent)
        time.sleep(_POLL_S)
    shutil.rmtree(run_dir, ignore_errors=True)
