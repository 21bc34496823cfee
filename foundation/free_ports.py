"""Ports that nobody listens on."""

from __future__ import annotations

import contextlib
import random
import socket

from foundation.errors import UnavailableError

# Below the range from which the kernel hands out ports: the processes of a service take theirs from
# there, and could take one of these before it is listened on.
_RANGE = range(10_000, 20_000)


def free_ports(count: int, host: str = "") -> list[int]:
    """Free a moment ago on `host`, or on all addresses; all different; else an UnavailableError."""
    free: list[int] = []
    for port in random.sample(_RANGE, len(_RANGE)):
        with contextlib.suppress(OSError):
            socket.create_server((host, port)).close()
            free.append(port)
        if len(free) == count:
            return free
    raise UnavailableError(f"{count} free ports are needed, {len(free)} were found")
