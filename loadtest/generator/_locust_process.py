from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loadtest.settings.load import ENV_PREFIX, FILE_VARIABLE
from loadtest.traffic.process_role import ProcessRole

_ROOT = Path(__file__).parents[2]
_LOCUSTFILE = Path(__file__).parents[1] / "locustfile.py"
_TAIL_LINES = 3


@dataclass(frozen=True, slots=True)
class LocustProcess:
    """A process of its own group, which ends when its stdin does."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(
        cls, role: ProcessRole, options: Sequence[str], settings_file: Path, log: Path
    ) -> LocustProcess:
        command = [sys.executable, "-m", "locust", "--locustfile", str(_LOCUSTFILE), *options]
        with log.open("wb") as file:
            popen = subprocess.Popen(  # noqa: S603 - our own arguments
                command,
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=_environment(role, settings_file),
                pass_fds=() if role.out_fd is None else (role.out_fd,),
                start_new_session=True,
            )
        return cls(role.worker, popen, log)

    def send_line(self, words: str) -> None:
        assert self.popen.stdin is not None
        try:
            self.popen.stdin.write(f"{words}\n".encode())
            self.popen.stdin.flush()
        except (BrokenPipeError, ValueError):
            return

    @property
    def alive(self) -> bool:
        return self.popen.poll() is None

    def wait(self, timeout_s: float) -> bool:
        try:
            self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> None:
        if self.alive:
            self.popen.kill()
        self.popen.wait()
        if self.popen.stdin is not None:
            try:
                self.popen.stdin.close()
            except BrokenPipeError:
                return

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return " | ".join(line.strip() for line in lines[-_TAIL_LINES:] if line.strip())


def own_environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "PYTHONPATH": path}


def _environment(role: ProcessRole, settings_file: Path) -> dict[str, str]:
    """Without our variables, which would win over the settings file."""
    ours = own_environment()
    kept = {name: value for name, value in ours.items() if not name.startswith(ENV_PREFIX)}
    return kept | {FILE_VARIABLE: str(settings_file)} | role.to_environment()
