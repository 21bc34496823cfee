"""Runs the service in a child process, passes signals on, and cleans up after it.

A terminal's Ctrl-C reaches every process of the foreground group; Ray's daemons would die of it
before the service could let its requests finish. So the service runs in a session of its own, and
this process, which stays in front, asks it to stop.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType

from serve_app.launcher._leftovers import (
    RUN_DIR_VARIABLE,
    adopt_orphans,
    everything_of,
    sweep,
)


def is_supervised() -> bool:
    return RUN_DIR_VARIABLE in os.environ


def run_dir() -> Path:
    return Path(os.environ[RUN_DIR_VARIABLE])


def supervise(arguments: list[str]) -> int:
    """Runs `python -m serve_app <arguments>` as the service; returns its exit code.

    The first SIGINT or SIGTERM asks it to stop, a second one ends it at once. When it has ended,
    however it did, no process of it is left.
    """
    # Not in TMPDIR: unix sockets go here, whose paths must stay below 108 bytes.
    folder = Path(tempfile.mkdtemp(prefix="bqml-", dir="/tmp"))
    adopt_orphans()
    child = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "serve_app", *arguments],
        env={**os.environ, RUN_DIR_VARIABLE: str(folder)},
        # Its end tells the child that this process is gone, even if it was killed.
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    _pass_signals_to(child, folder)
    code = child.wait()
    sweep(folder, os.getpid())
    return code


def _pass_signals_to(child: subprocess.Popen[bytes], folder: Path) -> None:
    asked = False

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            for pid in everything_of(folder, os.getpid()):
                os.kill(pid, signal.SIGKILL)
        elif child.poll() is None:
            asked = True
            # Not a signal: Ray installs handlers of its own, which end the process on the spot.
            assert child.stdin is not None
            child.stdin.close()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
