"""Why a rollout failed: the reasons, and the lines that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from foundation.json_types import JsonObject
from kuberay.cluster.connection import Cluster
from kuberay.cluster.observation import Observation
from kuberay.cluster.snapshot import HEALTHY, RUNNING
from kuberay.errors import ClusterError

_LOG_LINES = 20
_MOST_EXCERPTS = 3
_MOST_EVENTS = 8


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines that somebody else wrote, and where they come from."""

    origin: str
    lines: tuple[str, ...]

    def tell(self, tell: Callable[[str], None]) -> None:
        tell(f"{self.origin}:")
        for line in self.lines:
            tell(f"    {line}")

    def document(self) -> JsonObject:
        return {"origin": self.origin, "lines": list(self.lines)}


def excerpts(cluster: Cluster, now: Observation) -> list[Excerpt]:
    found = [*_messages(now), *_events(now)]
    crashed = [problem for problem in now.problems if problem.has_log]
    for problem in crashed[:_MOST_EXCERPTS]:
        try:
            lines = cluster.logs(
                now.snapshot.namespace, problem.pod, problem.container, lines=_LOG_LINES
            )
        except ClusterError as exc:
            lines = [f"(no log: {exc.message})"]
        found.append(Excerpt(f"log of {problem.pod}, container {problem.container}", tuple(lines)))
    return found


def _messages(now: Observation) -> Iterator[Excerpt]:
    target = now.snapshot.target
    for application in target.applications.values() if target else ():
        if application.message and application.status != RUNNING:
            lines = _tail(application.message)
            yield Excerpt(f"Serve about application {application.name}", lines)
        for name, message in application.deployment_messages.items():
            if message and application.deployments.get(name) != HEALTHY:
                yield Excerpt(f"Serve about deployment {name}", _tail(message))


def _events(now: Observation) -> Iterator[Excerpt]:
    lines = dict.fromkeys(event.sentence for event in now.warnings)
    if lines:
        yield Excerpt("events", tuple(lines)[-_MOST_EVENTS:])


def _tail(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line.strip())[-_LOG_LINES:]
