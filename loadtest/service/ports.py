"""Ports for a service of the run's own."""

from __future__ import annotations

import contextlib
import random
import socket

from loadtest.errors import ServiceError

# Below the range from which the kernel hands out ports: the service's own processes take theirs
# from there, and could take one of these before it is listened on.
_RANGE = range(10_000, 20_000)


def free_ports(count: int) -> list[int]:
    """Returns ports of loopback that were free a moment ago, all different.

    Raises:
        ServiceError: Not enough ports are free.
    """
    free: list[int] = []
    for port in random.sample(_RANGE, len(_RANGE)):
        with contextlib.suppress(OSError):
            socket.create_server(("127.0.0.1", port)).close()
            free.append(port)
        if len(free) == count:
            return free
    raise ServiceError(f"{count} free ports are needed, {len(free)} were found")
