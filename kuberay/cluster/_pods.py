"""The pods of a Ray cluster: what they wait for, and why they ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from foundation.json_types import JsonObject
from kuberay.cluster._conditions import conditions_of, holds

_STARTING = ("ContainerCreating", "PodInitializing")
# The kubelet tries again, but nothing changes until somebody mends the spec or the image.
_LASTING = (
    "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull",
    "CreateContainerConfigError", "CreateContainerError", "CrashLoopBackOff", "RunContainerError",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PodProblem:
    """What keeps a pod from being ready.

    `container` is "" where the pod as a whole is meant; waiting will not mend what `is_lasting`.
    """

    pod: str
    container: str
    reason: str
    message: str
    is_lasting: bool = False
    has_log: bool = False

    @property
    def sentence(self) -> str:
        where = f"pod {self.pod}" + (f", container {self.container}" if self.container else "")
        return f"{where}: {self.reason}" + (f": {self.message}" if self.message else "")


def is_starting(pod: JsonObject) -> bool:
    """The pod has its node and is pulling images or mounting volumes."""
    waiting = [state for _, state in _states(pod) if "waiting" in state]
    return any(state["waiting"].get("reason") in _STARTING for state in waiting)


def is_ready(pod: JsonObject) -> bool:
    return holds(pod.get("status"), "Ready")


def role_of(pod: JsonObject) -> str:
    return str((pod["metadata"].get("labels") or {}).get("ray.io/node-type", "pod"))


def problems_of(pods: Iterable[JsonObject]) -> list[PodProblem]:
    return [problem for pod in pods for problem in _of_pod(pod)]


def _of_pod(pod: JsonObject) -> Iterator[PodProblem]:
    name, status = pod["metadata"]["name"], pod.get("status") or {}
    if pod["metadata"].get("deletionTimestamp"):
        return  # it is meant to go
    scheduled = conditions_of(status).get("PodScheduled")
    if scheduled and scheduled.status == "False":
        reason = scheduled.reason or "Unschedulable"
        yield PodProblem(name, "", reason, _line(scheduled.message))
    for container, state in _states(pod):
        yield from _of_state(name, container, state)
    if status.get("phase") == "Failed" and status.get("reason"):
        reason = str(status["reason"])
        yield PodProblem(name, "", reason, _message(status))


def _of_state(pod: str, container: str, state: JsonObject) -> Iterator[PodProblem]:
    if "waiting" in state:
        reason = str(state["waiting"].get("reason") or "")
        if reason and reason not in _STARTING:
            lasting = reason in _LASTING
            crashed = reason == "CrashLoopBackOff"
            yield PodProblem(pod, container, reason, _message(state["waiting"]), lasting, crashed)
    ended = state.get("terminated")
    if ended and ended.get("exitCode"):
        reason = f"{ended.get('reason') or 'Error'}, exit code {ended['exitCode']}"
        yield PodProblem(pod, container, reason, _message(ended), has_log=True)


def _states(pod: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    status = pod.get("status") or {}
    for key in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(key) or ():
            yield container.get("name", ""), container.get("state") or {}


def _message(source: JsonObject) -> str:
    return _line(str(source.get("message") or ""))


def _line(text: str) -> str:
    return " ".join(text.split())[:400]
