"""The observations of one run, on one clock.

Every time is in seconds since the start of the run (`t_s`); a sample describes the second that
ends there. The parts that measure emit these; the verdict and the report read nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from foundation.json_types import JsonObject

PhaseName = Literal["idle", "ramp", "plateau", "cooldown"]
ReplicaStateName = Literal["starting", "updating", "running", "stopping"]
EventKind = Literal["phase", "replica", "proxy", "fault", "generator", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSample:
    """One second as the clients saw it."""

    t_s: float
    users: int
    """Users (closed loop: connections) that the generator ran."""
    asked_rps: float | None
    """Requests per second that the generator was to send; None in a closed loop."""
    requests: int
    """Requests that ended in this second, failed ones included."""
    failures: int
    """Requests that failed: no answer, another status than 200, or an answer that is wrong."""
    latencies: Mapping[float, int] = field(default_factory=dict)
    """Milliseconds, rounded to 3 digits, and how many requests took that long; failed ones too."""
    by_replica: Mapping[str, int] = field(default_factory=dict)
    """Answers per replica, by the header that names it; empty where that is switched off."""
    failures_by_cause: Mapping[str, int] = field(default_factory=dict)
    """Failures by a short text of their cause."""
    retried: int = 0
    """Requests that failed at first and succeeded when they were sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One replica at one moment."""

    replica_id: str
    state: ReplicaStateName
    node_id: str = ""
    ongoing: float | None = None
    """Requests in it, waiting ones included; None where that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaSample:
    """The deployment at one moment, by Ray Serve's own account."""

    t_s: float
    target: int
    """Replicas that Ray Serve wants."""
    replicas: tuple[Replica, ...]
    queued: float | None = None
    """Requests that wait outside of the replicas; None where that could not be read."""

    @property
    def running(self) -> int:
        return sum(replica.state == "running" for replica in self.replicas)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorSample:
    """One process of the load generator in one second."""

    t_s: float
    worker: str
    cpu_percent: float
    """Of one core."""
    users: int
    alive: bool = True
    lag_ms: float = 0.0
    """How late its event loop woke at worst: measured latencies are too long by up to this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSample:
    """The service's process tree, where it runs on this machine."""

    t_s: float
    cpu_s: float
    """CPU seconds that it has used since the run began."""
    rss_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened: a phase began, a replica came, a fault was injected."""

    t_s: float
    kind: EventKind
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of the run."""

    name: PhaseName
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultOutcome:
    """What clients saw of one injected fault."""

    fault: str
    """`kill-replica`, `kill-proxy`, `new-version` or `corrupt-version`."""
    t_s: float
    failures: int
    """Failed requests between the fault and the recovery."""
    retried: int
    """Of those that failed at first, how many succeeded when sent again."""
    allowed: int
    """Failures that the goal allows: 0, or the requests in flight on the killed process."""
    recovered_s: float | None
    """Seconds until the service was whole again; None if it was not."""
    passed: bool
    detail: str = ""
    end_s: float = 0.0
    """End of the stretch whose failures are counted for this fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """Everything that one run observed."""

    started_at: str
    """UTC, ISO 8601."""
    settings: JsonObject
    """The settings of the load test, whole."""
    environment: JsonObject = field(default_factory=dict)
    """Machine, versions, the service's settings, the model."""
    phases: tuple[Phase, ...] = ()
    load: tuple[LoadSample, ...] = ()
    replicas: tuple[ReplicaSample, ...] = ()
    generator: tuple[GeneratorSample, ...] = ()
    server: tuple[ServerSample, ...] = ()
    events: tuple[Event, ...] = ()
    faults: tuple[FaultOutcome, ...] = ()

    def phase(self, name: PhaseName) -> Phase | None:
        return next((phase for phase in self.phases if phase.name == name), None)
