"""A real family of processes is found, measured and ended."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import psutil
import pytest

from loadtest.record.observations import ServerSample
from loadtest.run_clock import Clock
from loadtest.service.process_tree import ProcessTree, UsageWatch, lives

# A parent whose child works for a while, names itself and stays.
CHILD = "print(sum(range(10**7)), flush=True); input()"
PARENT = (
    "import subprocess, sys; p = subprocess.Popen(['ray::Worker', '-c', {child!r}],"
    " executable=sys.executable, stdin=subprocess.PIPE, stdout=subprocess.PIPE);"
    "p.stdout.readline(); print(p.pid, flush=True); {then}"
)


def is_alive(pid: int) -> bool:
    """An orphan that has ended may wait for the first process of the machine to take note."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def parent(then: str) -> tuple[subprocess.Popen[str], int]:
    """Returns a parent, and the id of its child, which has done its work."""
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(child=CHILD, then=then)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, int(process.stdout.readline())


@pytest.fixture
def family() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A parent that waits, and its child."""
    process, child = parent("input()")
    yield process, child
    process.communicate("\n")


def test_the_whole_family_is_measured(family: tuple[subprocess.Popen[str], int]) -> None:
    """CPU time of the child counts, also when it has ended."""
    process, child = family
    tree = ProcessTree(process.pid)
    cpu_s, rss_bytes = tree.usage()
    assert cpu_s >= psutil.Process(child).cpu_times().user > 0
    assert rss_bytes > 2 * 2**20
    psutil.Process(child).kill()
    while lives(psutil.Process(child)):
        pass
    later_s, less_bytes = tree.usage()
    assert later_s >= cpu_s
    assert less_bytes < rss_bytes


def test_processes_are_found_by_the_title_they_give_themselves(
    family: tuple[subprocess.Popen[str], int],
) -> None:
    """As Ray's do."""
    process, child = family
    assert [found.pid for found in ProcessTree(process.pid).named("ray::")] == [child]


def test_an_orphan_is_ended_too(family: tuple[subprocess.Popen[str], int]) -> None:
    """It was seen while its parent lived."""
    process, child = parent("sys.stdin.readline(); sys.stdout.close(); import os; os._exit(0)")
    tree = ProcessTree(process.pid)
    assert child in [found.pid for found in tree.processes()]
    process.communicate("\n")
    tree.end()
    assert not is_alive(child)


def test_the_watch_tells_what_was_used_since_it_began(
    family: tuple[subprocess.Popen[str], int],
) -> None:
    """Until it is ended."""
    told: list[ServerSample] = []
    enough = threading.Event()

    def tell(sample: ServerSample) -> None:
        told.append(sample)
        enough.set()

    watch = UsageWatch(ProcessTree(family[0].pid), Clock.start(), 0.02, tell)
    watch.start()
    assert enough.wait(60)
    watch.end()
    assert told[0].cpu_s >= 0
    assert told[0].rss_bytes > 2**20
