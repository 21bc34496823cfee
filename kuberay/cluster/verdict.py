"""Whether a rollout is done, still going, or has failed for good (KubeRay 1.7's meaning)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kuberay.cluster.observation import Observation
from kuberay.cluster.snapshot import DEPLOY_FAILED, Snapshot

FROZEN_HINT = (
    "the pending head is ready and has no applications; if this lasts, the rollout is frozen: the "
    "operator cannot reach the dashboard (NetworkPolicy? token?) and ignores even a reverted spec "
    "until it can; mend that, or delete the pending cluster: kubectl delete raycluster {name}"
)


class State(StrEnum):
    """How a rollout stands."""

    DONE = "done"
    PROGRESSING = "progressing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state and the reasons for it; an empty reason list means there is nothing to say."""

    state: State
    reasons: tuple[str, ...] = ()


def judge(now: Observation) -> Verdict:
    """FAILED may pass within seconds after a newer spec; the watcher believes one that lasts."""
    failures = _failures(now)
    if failures:
        return Verdict(State.FAILED, tuple(failures))
    missing = _missing(now)
    if missing:
        return Verdict(State.PROGRESSING, tuple(missing))
    return Verdict(State.DONE)


def _failures(now: Observation) -> list[str]:
    snapshot = now.snapshot
    found = []
    if snapshot.is_refused or snapshot.ready.reason == "InitializingTimeout":
        found.append(_condition_failure(snapshot))
    if snapshot.is_suspended:
        found.append("the RayService is suspended (spec.suspend: true)")
    applications = snapshot.target.applications.values() if snapshot.target else ()
    found += [
        f"application {application.name}: DEPLOY_FAILED"
        for application in applications
        if application.status == DEPLOY_FAILED
    ]
    found += [problem.sentence for problem in now.problems if problem.is_lasting]
    return found


def _condition_failure(snapshot: Snapshot) -> str:
    if snapshot.is_refused:
        return f"the operator refuses the spec: {snapshot.ready.message}"
    return (
        "the cluster was not ready within ray.io/initializing-timeout; the operator has deleted it "
        f"and never tries again: delete the RayService and apply it anew ({snapshot.ready.message})"
    )


def _missing(now: Observation) -> list[str]:
    snapshot = now.snapshot
    missing = []
    if not snapshot.is_observed:
        missing.append(f"the operator has not finished generation {snapshot.generation}")
    missing += frozen(snapshot)
    if snapshot.active is None:
        missing.append("no cluster serves yet")
    if snapshot.pending is not None:
        missing.append(f"cluster {snapshot.pending.name} has not taken over yet")
    if not snapshot.ready.is_true:
        missing.append(f"not ready: {_not_ready(snapshot)}")
    return missing + _applications(now)


def _not_ready(snapshot: Snapshot) -> str:
    if snapshot.ready.reason == "ValidationFailed":
        return "the mended spec has no endpoint yet"
    return snapshot.ready.reason or "the operator has not said"


def frozen(snapshot: Snapshot) -> list[str]:
    pending = snapshot.pending
    if pending and pending.head_is_ready and not pending.applications:
        return [FROZEN_HINT.format(name=pending.name)]
    return []


def _applications(now: Observation) -> list[str]:
    """Ready does not follow the applications' health, so that they are asked one by one."""
    target = now.snapshot.target
    found = target.applications if target else {}
    missing = []
    for name in now.wanted:
        application = found.get(name)
        if application is None:
            missing.append(f"application {name} is not deployed yet")
        elif not application.is_serving:
            unhealthy = [d for d, status in application.deployments.items() if status != "HEALTHY"]
            which = f" ({', '.join(unhealthy)})" if unhealthy else ""
            missing.append(f"application {name} is {application.status}{which}")
    return missing
