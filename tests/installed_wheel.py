"""The built wheel in a virtual environment that sees this one's packages, but not the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[1]


class InstalledWheel:
    """What a user has after `pip install`.

    Attributes:
        file: The wheel.
        bin: Where its commands lie.
        empty: An empty folder: whoever runs there imports nothing by accident.
    """

    def __init__(self, folder: Path) -> None:
        (self.file,) = (folder / "dist").glob("*.whl")
        self.bin = folder / "venv" / "bin"
        self.empty = folder / "empty"

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs a command of the environment in the empty folder."""
        return subprocess.run(
            [self.bin / command[0], *command[1:]], cwd=self.empty, env=environment(),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=check,
        )  # fmt: skip


def environment() -> dict[str, str]:
    """Returns this process's variables without those that could lead to the checkout."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def install(folder: Path) -> None:
    """Builds the wheel of the checkout and installs it below a folder."""
    venv, pip = folder / "venv", [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder / "dist")]
    _quietly(*pip, *build, str(ROOT))
    _quietly(sys.executable, "-m", "venv", "--without-pip", str(venv))
    # A path in a .pth file brings the packages in it; the .pth file there, which names the
    # checkout, is not read.
    site = sysconfig.get_path("purelib", vars={"base": str(venv)})
    Path(site, "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (wheel,) = (folder / "dist").glob("*.whl")
    _quietly(*pip, "--python", str(venv / "bin" / "python"), "install", "--no-deps",
             "--ignore-installed", str(wheel))  # fmt: skip
    (folder / "empty").mkdir()


def _quietly(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
