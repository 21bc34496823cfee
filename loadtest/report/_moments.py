"""The moments of a run that tell its story, in the order in which they happened.

That order is not given: an autoscaler may scale down while the load is still there, up again
afterwards, or be seen to decide before the overload is, whose gauge is older than the decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from loadtest.record.observations import ReplicaSample, RunRecord
from loadtest.report._series import ongoing


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment; `name` for machines, `title` for people."""

    t_s: float
    name: str
    title: str


def moments(record: RunRecord) -> tuple[Moment, ...]:
    """What could be found: a run that never grew has no `replica-ready`.

    `scale-decision` is where the target first began to rise, `scale-up` where it did so again
    after it had fallen, `scale-down` each time it began to fall. `back-to-start` is there only
    where the run ended with no more replicas than it began with.
    """
    looks = record.replicas
    found = [*_overload(record), *_decisions(record), *_ready(looks), *_back(looks)]
    return tuple(
        sorted([*found, *_plateau(record), *_faults(record)], key=lambda moment: moment.t_s)
    )


def first(record: RunRecord, name: str) -> float | None:
    return next((moment.t_s for moment in moments(record) if moment.name == name), None)


def target_ongoing_requests(record: RunRecord) -> float | None:
    """The autoscaler's aim per replica, None where the service's settings are unknown."""
    service = record.environment.get("service") or {}
    aim = (service.get("autoscaling") or {}).get("target_ongoing_requests")
    return float(aim) if aim is not None else None


def _overload(record: RunRecord) -> Iterator[Moment]:
    aim = target_ongoing_requests(record)
    if not aim:
        return
    decided = _first_rise(record.replicas)
    for sample in record.replicas:
        load = ongoing(sample)
        if load is not None and load > aim * max(1, sample.running):
            late = decided and decided.t_s <= sample.t_s
            text = "Overload seen, after the decision" if late else "First overload"
            yield Moment(sample.t_s, "overload", f"{text}: more ongoing requests than aimed")
            return


def _decisions(record: RunRecord) -> Iterator[Moment]:
    """A moment wherever the target turns; what goes on the same way is no news."""
    decided = _first_rise(record.replicas)
    plateau = record.phase("plateau")
    for before, after in _turns(record.replicas):
        change = f"{before.target} → {after.target}"
        if after is decided:
            yield Moment(after.t_s, "scale-decision", f"Scale decision: {change} replicas wanted")
        elif after.target > before.target:
            yield Moment(after.t_s, "scale-up", f"Scale decision again: {change}")
        else:
            under_load = plateau and plateau.start_s <= after.t_s < plateau.end_s
            text = "Scale-down decision under load" if under_load else "Scale-down decision"
            yield Moment(after.t_s, "scale-down", f"{text}: {change}")


def _turns(looks: Sequence[ReplicaSample]) -> Iterator[tuple[ReplicaSample, ReplicaSample]]:
    rises: bool | None = None
    for before, after in pairwise(looks):
        if after.target != before.target and (after.target > before.target) is not rises:
            rises = after.target > before.target
            yield before, after


def _first_rise(looks: Sequence[ReplicaSample]) -> ReplicaSample | None:
    return next((after for before, after in _turns(looks) if after.target > before.target), None)


def _ready(looks: Sequence[ReplicaSample]) -> Iterator[Moment]:
    """When more replicas ran than had been wanted; Ray may tell that before the decision."""
    if not looks:
        return
    decided = _first_rise(looks)
    earlier = [look for look in looks if decided and look.t_s < decided.t_s] or [looks[0]]
    wanted = earlier[-1].target if decided else looks[0].running
    since_s = max((look.t_s for look in earlier if look.running <= wanted), default=None)
    for look in looks:
        if since_s is not None and look.t_s > since_s and look.running > wanted:
            yield Moment(look.t_s, "replica-ready", f"Replica {look.running} answers")
            return


def _back(looks: Sequence[ReplicaSample]) -> Iterator[Moment]:
    if not looks:
        return
    start = looks[0]
    more = [
        number
        for number, look in enumerate(looks)
        if len(look.replicas) > start.running or look.target > start.running
    ]
    had_grown = any(look.running > start.running for look in looks)
    if had_grown and more[-1] + 1 < len(looks):
        yield Moment(looks[more[-1] + 1].t_s, "back-to-start", f"Back to {start.running}")


def _plateau(record: RunRecord) -> Iterator[Moment]:
    if plateau := record.phase("plateau"):
        yield Moment(plateau.start_s, "plateau", "Plateau begins")
        yield Moment(plateau.end_s, "load-ends", "Load ends")


def _faults(record: RunRecord) -> Iterator[Moment]:
    for fault in record.faults:
        yield Moment(fault.t_s, "fault", f"Fault: {fault.fault}")
