"""How long the service takes to its first answer, and what it holds then; several builds by turns.

    python -m benchmarks.start_up --root serving_dir [--command OTHER/bin/bqml-serve ...]

Each build is started on free ports and asked again and again until it has answered a prediction;
seconds from its start to that answer, CPU seconds of its whole process tree until then, and the
memory that the tree holds a few seconds later (proportional set size: shared pages count once).
Medians over `--rounds`; the first round is not counted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from foundation.free_ports import free_ports
from loadtest.service.process_tree import ProcessTree

PATIENCE_S = 300.0
SETTLED_S = 5.0


@dataclass(frozen=True, slots=True)
class StartUp:
    """One start: seconds to the first answer, CPU seconds until then, memory after it."""

    wall_s: float
    cpu_s: float
    memory_bytes: int


def start_once(command: str, root: Path) -> StartUp:
    """Starts a build, waits until it says that it has answered, and stops it."""
    http, grpc = free_ports(2)
    arguments = [
        "serve",
        "--json",
        "--root",
        str(root),
        "--port",
        str(http),
        "--grpc-port",
        str(grpc),
    ]
    began_s = time.perf_counter()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(  # noqa: S603 - the command is the caller's own
            [command, *arguments], stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            assert process.stdout is not None
            announced = process.stdout.readline()
            wall_s = time.perf_counter() - began_s
            if not announced:
                errors.seek(0)
                sys.exit(f"{command} did not start:\n{errors.read()[-2000:]}")
            json.loads(announced)
            tree = ProcessTree(process.pid)
            cpu_s, _ = tree.usage()
            time.sleep(SETTLED_S)
            return StartUp(wall_s, cpu_s, memory_bytes(tree))
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def memory_bytes(tree: ProcessTree) -> int:
    """Proportional set size of all processes of a tree."""
    total = 0
    for process in tree.processes():
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    own = str(Path(sys.executable).with_name("bqml-serve"))
    parser.add_argument("--root", type=Path, default=Path("serving_dir"), help="model repository")
    parser.add_argument("--command", action="append", default=[], help="another build's bqml-serve")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    commands = [own, *arguments.command]
    seen: dict[str, list[StartUp]] = {command: [] for command in commands}
    for number in range(arguments.rounds + 1):
        for command in commands if number % 2 else reversed(commands):
            started = start_once(command, arguments.root)
            print(f"round {number}: {command}: {started.wall_s:.1f} s", file=sys.stderr)
            if number:
                seen[command].append(started)
    table = Table(title=f"Start-up, medians of {arguments.rounds}")
    for heading in ("build", "first answer s", "CPU s", "memory MB", "lowest-highest s"):
        table.add_column(heading, justify="left" if heading == "build" else "right")
    for command, starts in seen.items():
        walls = [start.wall_s for start in starts]
        table.add_row(
            command,
            f"{statistics.median(walls):.1f}",
            f"{statistics.median(start.cpu_s for start in starts):.1f}",
            f"{statistics.median(start.memory_bytes for start in starts) / 2**20:,.0f}",
            f"{min(walls):.1f}-{max(walls):.1f}",
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
