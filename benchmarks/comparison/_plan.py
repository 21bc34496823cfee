"""Which combinations are measured, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.comparison.settings import BenchSettings


@dataclass(frozen=True, slots=True)
class Visit:
    """One measurement that is to be taken."""

    server: str
    connections: int
    rows: int


def loads(settings: BenchSettings) -> list[tuple[int, int]]:
    """Returns pairs of connections and rows.

    All connections with the first number of rows, the other numbers with the most connections.
    """
    most = max(settings.connections)
    first, *others = settings.rows
    return [*((each, first) for each in settings.connections), *((most, rows) for rows in others)]


def visits(servers: Sequence[str], settings: BenchSettings, number: int) -> Iterator[Visit]:
    """Yields one round: every server under every load, by turns.

    Args:
        servers: Their names.
        settings: The loads.
        number: Of the round; each begins with another server.
    """
    start = number % len(servers)
    turned = [*servers[start:], *servers[:start]]
    for connections, rows in loads(settings):
        for server in turned:
            yield Visit(server, connections, rows)
