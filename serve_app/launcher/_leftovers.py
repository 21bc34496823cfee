"""Finds and ends what a local service has left behind, and nothing else.

Every process that descends from the service carries its run folder in its environment; Ray starts
some of them in sessions and process groups of their own, so neither of those would find them all.
Some overwrite their environment with a title: those are found as descendants of the supervisor, to
which the kernel gives the orphans among them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import time
from pathlib import Path

RUN_DIR_VARIABLE = "BQML_RUN_DIR"
_PR_SET_CHILD_SUBREAPER = 36
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


def adopt_orphans() -> None:
    """Makes this process the parent of every descendant whose own parent has died."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants_of(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child] if _lives(child) else []
                found += descendants_of(child)
    return found


def _lives(pid: int) -> bool:
    """Tells whether a process runs; one that only waits to be asked for its exit code does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def sweep(run_dir: Path, supervisor: int | None = None) -> None:
    """Waits for the processes of `run_dir` to end, insists step by step, and deletes the folder."""
    started_s = time.monotonic()
    while left := everything_of(run_dir, supervisor):
        waited_s = time.monotonic() - started_s
        if waited_s > _GRACE_S:
            sent = signal.SIGTERM if waited_s < 2 * _GRACE_S else signal.SIGKILL
            for pid in left:
                with contextlib.suppress(OSError):
                    os.kill(pid, sent)
        time.sleep(_POLL_S)
    shutil.rmtree(run_dir, ignore_errors=True)


def everything_of(run_dir: Path, supervisor: int | None) -> set[int]:
    """Returns the ids of the living processes of `run_dir`, and of those below its supervisor."""
    below = descendants_of(supervisor) if supervisor is not None else []
    return {*processes_of(run_dir), *below}
