"""The numbers of a run that one remembers."""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.record.counts import percentile, summed
from loadtest.record.observations import LoadSample, Phase, RunRecord
from loadtest.report._moments import first

# Long enough to smooth a second's noise, short enough to lie before the next change.
_AROUND_GROWTH_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of the load one replica answered, over the whole run."""

    replica_id: str
    answers: int
    share: float
    """Between 0 and 1, of all answers that named their replica."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNumbers:
    """None where the run did not come that far or it could not be measured."""

    requests: int
    failures: int
    retried: int
    plateau_s: float | None
    plateau_rps: float | None
    plateau_p50_ms: float | None
    plateau_p95_ms: float | None
    plateau_p99_ms: float | None
    replicas_at_start: int | None
    most_replicas: int | None
    overload_to_decision_s: float | None
    decision_to_ready_s: float | None
    overload_to_ready_s: float | None
    rps_per_replica_before: float | None
    """In the seconds before the first new replica answered."""
    rps_per_replica_at: float | None
    """In the seconds after that."""
    rps_per_replica_after: float | None
    """In the plateau."""
    server_cpu_ms_per_request: float | None
    """CPU time of the service's whole process tree per request, in the plateau."""
    server_peak_rss_bytes: int | None
    generator_peak_cpu_percent: float | None
    """Of one core: the busiest process of the generator in its busiest second."""
    shares: tuple[Share, ...]


def key_numbers(record: RunRecord) -> KeyNumbers:
    plateau = record.phase("plateau")
    inside = between(record, plateau.start_s, plateau.end_s) if plateau else []
    after = _per_running_replica(record, plateau.start_s, plateau.end_s) if plateau else None
    latencies = summed(sample.latencies for sample in inside)
    ready_s = first(record, "replica-ready")
    return KeyNumbers(
        requests=sum(sample.requests for sample in record.load),
        failures=sum(sample.failures for sample in record.load),
        retried=sum(sample.retried for sample in record.load),
        plateau_s=plateau.end_s - plateau.start_s if plateau else None,
        plateau_rps=_rps(inside),
        plateau_p50_ms=percentile(latencies, 0.50),
        plateau_p95_ms=percentile(latencies, 0.95),
        plateau_p99_ms=percentile(latencies, 0.99),
        replicas_at_start=record.replicas[0].running if record.replicas else None,
        most_replicas=max((sample.running for sample in record.replicas), default=None),
        overload_to_decision_s=_apart(record, "overload", "scale-decision"),
        decision_to_ready_s=_apart(record, "scale-decision", "replica-ready"),
        overload_to_ready_s=_overload_to_ready_s(record),
        rps_per_replica_before=_per_replica(record, ready_s, -_AROUND_GROWTH_S),
        rps_per_replica_at=_per_replica(record, ready_s, _AROUND_GROWTH_S),
        rps_per_replica_after=after,
        server_cpu_ms_per_request=_cpu_ms_per_request(record, plateau, inside),
        server_peak_rss_bytes=max((sample.rss_bytes for sample in record.server), default=None),
        generator_peak_cpu_percent=max(
            (sample.cpu_percent for sample in record.generator), default=None
        ),
        shares=shares(record),
    )


def shares(record: RunRecord) -> tuple[Share, ...]:
    """The busiest first; empty without the replica header."""
    answers = summed(sample.by_replica for sample in record.load)
    total = sum(answers.values())
    busiest_first = sorted(answers.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Share(replica_id=replica_id, answers=count, share=count / total)
        for replica_id, count in busiest_first
    )


def between(record: RunRecord, start_s: float, end_s: float) -> list[LoadSample]:
    return [sample for sample in record.load if start_s + 1 <= sample.t_s <= end_s]


def _rps(samples: list[LoadSample]) -> float | None:
    return sum(sample.requests for sample in samples) / len(samples) if samples else None


def _apart(record: RunRecord, earlier: str, later: str) -> float | None:
    """Seconds between; None where one was not seen, or seen after its effect."""
    start_s, end_s = first(record, earlier), first(record, later)
    return (
        end_s - start_s if start_s is not None and end_s is not None and start_s <= end_s else None
    )


def _overload_to_ready_s(record: RunRecord) -> float | None:
    """None, too, where the overload was seen late: the time would be too short."""
    if _apart(record, "overload", "scale-decision") is None:
        return None
    return _apart(record, "overload", "replica-ready")


def _per_replica(record: RunRecord, around_s: float | None, offset_s: float) -> float | None:
    if around_s is None:
        return None
    start_s, end_s = sorted((around_s, around_s + offset_s))
    return _per_running_replica(record, start_s, end_s)


def _per_running_replica(record: RunRecord, start_s: float, end_s: float) -> float | None:
    rps = _rps(between(record, start_s, end_s))
    seen: list[int] = [s.running for s in record.replicas if start_s <= s.t_s <= end_s]
    return rps / (sum(seen) / len(seen)) if rps is not None and any(seen) else None


def _cpu_ms_per_request(
    record: RunRecord, plateau: Phase | None, inside: list[LoadSample]
) -> float | None:
    if plateau is None or not (requests := sum(sample.requests for sample in inside)):
        return None
    used = [s for s in record.server if plateau.start_s <= s.t_s <= plateau.end_s]
    if len(used) < 2:
        return None
    cpu_s, seconds = used[-1].cpu_s - used[0].cpu_s, used[-1].t_s - used[0].t_s
    return 1000 * cpu_s / seconds / (requests / len(inside))
