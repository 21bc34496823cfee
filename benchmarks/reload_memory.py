"""Measures whether memory comes back: resident set over many reloads of one model.

    python -m benchmarks.reload_memory [--reloads 50] [--export FOLDER]

Each reload publishes a new version, waits until it has taken over and the old one has ended, and
deletes the old folder. Prints the resident set after every reload and, at the end, its growth from
the tenth to the last; the exit code is 1 where that is 5 % or more.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks._example_export import write_example_export
from serve_app.lifecycle.manager import ServableManager
from serve_app.predictor import State
from serve_app.settings import RepositorySettings, TensorFlowSettings

_MODEL = "reloaded"
_SETTLED_AFTER = 10
_LIMIT = 0.05


def main() -> int:
    """Runs the benchmark and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reloads", type=int, default=50)
    parser.add_argument("--export", type=Path, help="a SavedModel; default: one with 8 MB weights")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export = given.export or folder / "export"
        if given.export is None:
            write_example_export(export)
        sizes = measure(export, folder / "root", given.reloads)
    growth = sizes[-1] / sizes[min(_SETTLED_AFTER, len(sizes) - 1)] - 1
    print(f"growth from reload {_SETTLED_AFTER} to {given.reloads}: {growth:+.1%}")
    return int(growth >= _LIMIT)


def measure(export: Path, root: Path, reloads: int) -> list[float]:
    """Returns the resident set in MiB after the first load and after each reload."""
    publish(export, root, 1)
    manager = ServableManager(
        RepositorySettings(root=root, poll_wait_s=0.05), TensorFlowSettings(threads=1)
    )
    manager.start()
    manager.wait_until_settled(120)
    sizes = [resident_mib()]
    print(f"loaded: {sizes[0]:.1f} MiB")
    for version in range(2, reloads + 2):
        publish(export, root, version)
        wait_until_ended(manager, version - 1)
        shutil.rmtree(root / _MODEL / str(version - 1))
        sizes.append(resident_mib())
        print(f"reload {version - 1}: {sizes[-1]:.1f} MiB", flush=True)
    manager.close()
    return sizes


def publish(export: Path, root: Path, version: int) -> None:
    """Copies the export to its place, complete at once."""
    incoming = root / _MODEL / ".incoming"
    shutil.copytree(export, incoming)
    incoming.rename(root / _MODEL / str(version))


def wait_until_ended(manager: ServableManager, version: int) -> None:
    """Waits until the version has been unloaded."""
    while manager.statuses(_MODEL, version)[0].state is not State.END:
        time.sleep(0.02)


def resident_mib() -> float:
    """Returns the resident set of this process."""
    time.sleep(0.1)  # the pages are given back just after the state has changed
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    sys.exit(main())
