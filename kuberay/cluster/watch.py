"""Following a rollout until it ends: each sentence when it becomes true, then the verdict.

It polls instead of watching: a rollout is spread over a service, two clusters, pods and events, and
one look at all of them is never half old.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kuberay.cluster._events import worth_telling
from kuberay.cluster._pods import is_ready, role_of
from kuberay.cluster.connection import Cluster
from kuberay.cluster.diagnosis import excerpts
from kuberay.cluster.observation import Observation, observe
from kuberay.cluster.sentences import sentences
from kuberay.cluster.verdict import State, Verdict, frozen, judge
from kuberay.cluster.wait_times import WaitTimes
from kuberay.errors import RolloutFailedError, RolloutTimeoutError, UnreachableError

Tell = Callable[[str], None]


@dataclass(slots=True)
class Watcher:
    """Follows one service; `tell` gets each sentence.

    With `needs_worker` a worker must be an endpoint too: the head, which is one now, will not stay.
    """

    cluster: Cluster
    namespace: str
    name: str
    times: WaitTimes
    tell: Tell
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    started: float = field(default_factory=time.monotonic)
    told: set[str] = field(default_factory=set)
    true_before: set[str] = field(default_factory=set)
    active: str = ""
    needs_worker: bool = False
    frozen_since: float | None = None

    def wait(self) -> Observation:
        """Returns the service as it is when the rollout is done.

        Raises:
            RolloutFailedError: It will not be done by waiting.
            RolloutTimeoutError: It is not done in time.
        """
        since: tuple[State, float] | None = None
        while True:
            now = self._look()
            if now is not None:
                verdict = judge(now)
                elapsed = time.monotonic()
                if since is None or since[0] is not verdict.state:
                    since = (verdict.state, elapsed)
                if self._is_over(verdict, elapsed - since[1], now):
                    return now
            self._check_time(now)
            time.sleep(self.times.poll_s)

    def _is_over(self, verdict: Verdict, lasted_s: float, now: Observation) -> bool:
        if verdict.state is State.FAILED and lasted_s >= self.times.failing_s:
            raise RolloutFailedError(
                f"the rollout of {self.name} failed: {'; '.join(verdict.reasons)}",
                hint=self._evidence(now),
            )
        if self.needs_worker and not _ready_workers(now):
            return False
        return verdict.state is State.DONE and lasted_s >= self.times.settle_s

    def _look(self) -> Observation | None:
        try:
            now = observe(self.cluster, self.namespace, self.name, self.started_at)
        except UnreachableError as exc:
            self._tell_once(f"the API server does not answer, trying again ({exc.message})")
            return None
        self._tell_switch(now)
        true_now = list(sentences(now))
        for sentence in true_now:
            if sentence not in self.true_before:
                self._say(sentence)
        self.true_before = set(true_now)
        self._tell_frozen(now)
        for event in now.warnings:
            if worth_telling(event, self.started_at):
                self._tell_once(f"warning: {event.sentence}")
        return now

    def _tell_switch(self, now: Observation) -> None:
        active = now.snapshot.active.name if now.snapshot.active else ""
        if self.active and active and active != self.active:
            self._tell_once(f"switched: the Services point to {active} instead of {self.active}")
        self.active = active or self.active

    def _tell_frozen(self, now: Observation) -> None:
        hints, elapsed = frozen(now.snapshot), time.monotonic()
        if not hints:
            self.frozen_since = None
        elif self.frozen_since is None:
            self.frozen_since = elapsed
        elif elapsed - self.frozen_since >= self.times.frozen_s:
            for hint in hints:
                self._tell_once(f"warning: {hint}")

    def _tell_once(self, sentence: str) -> None:
        if sentence not in self.told:
            self.told.add(sentence)
            self._say(sentence)

    def _say(self, sentence: str) -> None:
        self.tell(f"[{time.monotonic() - self.started:4.0f} s] {sentence}")

    def _check_time(self, now: Observation | None) -> None:
        if time.monotonic() - self.started < self.times.timeout_s:
            return
        reasons = "; ".join(judge(now).reasons) if now else "the API server does not answer"
        raise RolloutTimeoutError(
            f"{self.name} is not ready after {self.times.timeout_s:g} s: {reasons}",
            hint=self._evidence(now) if now else None,
        )

    def _evidence(self, now: Observation) -> str | None:
        for excerpt in excerpts(self.cluster, now):
            excerpt.tell(self.tell)
        where = f"{self.name} -n {self.namespace}"
        if now.snapshot.active and now.snapshot.pending:
            return (
                f"{now.snapshot.active.name} goes on serving; `bqml-kuberay rollback {where}` "
                "applies the revision before"
            )
        return f"`bqml-kuberay status {where}` tells how it goes on"


def _ready_workers(now: Observation) -> int:
    active = now.snapshot.active
    pods = now.pods_of(active.name) if active else []
    return sum(is_ready(pod) for pod in pods if role_of(pod) == "worker")
