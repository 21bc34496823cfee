"""The lock on a model's folder."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from bqml_export.repository.lock import locked

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from bqml_export.repository.lock import locked
with locked(Path(sys.argv[1]), lambda: None):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_waits_and_says_so(tmp_path: Path) -> None:
    """It goes on when the first has ended, here by SIGKILL."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "m")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        waiting = threading.Event()

        def kill_when_told() -> None:
            waiting.wait(30)
            first.kill()

        threading.Thread(target=kill_when_told).start()
        with locked(tmp_path / "m", waiting.set):
            assert waiting.is_set()


def test_nobody_waits_for_nobody(tmp_path: Path) -> None:
    """One after another needs no word."""
    said: list[str] = []
    for _ in range(2):
        with locked(tmp_path, lambda: said.append("waiting")):
            pass
    assert said == []
