"""The moments of a run that tell its story, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from loadtest.record.model import ReplicaSample, RunRecord
from loadtest.report.series import ongoing


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment; `name` for machines, `title` for people."""

    t_s: float
    name: str
    title: str


def moments(record: RunRecord) -> tuple[Moment, ...]:
    """Returns what could be found: a run that never grew has no `replica-ready`."""
    found = [*_growth(record), *_plateau(record), *_return(record), *_faults(record)]
    return tuple(sorted(found, key=lambda moment: moment.t_s))


def first(record: RunRecord, name: str) -> float | None:
    """Returns when the moment of that name was, in seconds; None if it never came."""
    return next((moment.t_s for moment in moments(record) if moment.name == name), None)


def target_ongoing_requests(record: RunRecord) -> float | None:
    """Returns the autoscaler's aim per replica, None where the service's settings are unknown."""
    service = record.environment.get("service") or {}
    aim = (service.get("autoscaling") or {}).get("target_ongoing_requests")
    return float(aim) if aim is not None else None


def _growth(record: RunRecord) -> Iterator[Moment]:
    if not record.replicas:
        return
    start = record.replicas[0]
    aim = target_ongoing_requests(record)
    for sample in record.replicas:
        load = ongoing(sample)
        if aim and load is not None and load > aim * max(1, sample.running):
            yield Moment(sample.t_s, "overload", "First overload: more ongoing requests than aimed")
            break
    if grown := _first(record.replicas, lambda s: s.target > start.target):
        text = f"Scale decision: {start.target} → {grown.target} replicas wanted"
        yield Moment(grown.t_s, "scale-decision", text)
    if ready := _first(record.replicas, lambda s: s.running > start.running):
        yield Moment(ready.t_s, "replica-ready", f"Replica {ready.running} answers")


def _plateau(record: RunRecord) -> Iterator[Moment]:
    if plateau := record.phase("plateau"):
        yield Moment(plateau.start_s, "plateau", "Plateau begins")
        yield Moment(plateau.end_s, "load-ends", "Load ends")


def _return(record: RunRecord) -> Iterator[Moment]:
    """Yields the way back from the most replicas that there were.

    It may begin before the load ends: fewer may be enough for it.
    """
    samples = record.replicas
    if not samples:
        return
    start = samples[0]
    most_wanted = max(sample.target for sample in samples)
    most_running = max(sample.running for sample in samples)
    last = max(i for i, sample in enumerate(samples) if sample.target == most_wanted)
    if most_wanted > start.target and (down := next(iter(samples[last + 1 :]), None)):
        text = f"Scale-down decision: {most_wanted} → {down.target}"
        yield Moment(down.t_s, "scale-down", text)
    more = [i for i, sample in enumerate(samples) if len(sample.replicas) > start.running]
    if most_running > start.running and (back := next(iter(samples[more[-1] + 1 :]), None)):
        yield Moment(back.t_s, "back-to-start", f"Back to {start.running}")


def _faults(record: RunRecord) -> Iterator[Moment]:
    for fault in record.faults:
        yield Moment(fault.t_s, "fault", f"Fault: {fault.fault}")


def _first(
    samples: tuple[ReplicaSample, ...], wanted: Callable[[ReplicaSample], bool]
) -> ReplicaSample | None:
    return next((sample for sample in samples if wanted(sample)), None)
