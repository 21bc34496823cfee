"""The Locust user: takes its turn, sends, retries, counts."""

from __future__ import annotations

import time
from typing import ClassVar

import gevent
from locust import FastHttpUser, task
from locust.env import Environment
from locust.exception import CatchResponseError, StopTest

from loadtest.traffic._outcome import Outcome
from loadtest.traffic._session import Session


class PredictUser(FastHttpUser):
    """Asks for predictions, in a closed or an open loop; all users share the `session`."""

    abstract = True
    concurrency = 1
    session: ClassVar[Session]

    def __init__(self, environment: Environment) -> None:
        session = self.session
        session.settled.wait()
        problem = session.prepare(environment.host or session.settings.target.url)
        if problem:
            raise StopTest(problem)
        target = session.settings.target
        self.network_timeout = self.connection_timeout = target.timeout_s
        self.insecure = not target.verify_tls
        super().__init__(environment)
        self._sender = session.open_sender(self)
        self._due_s: float | None = None

    def on_start(self) -> None:
        """Waits for the first turn: in an open loop no user may send out of turn."""
        self.session.join()
        gevent.sleep(self.wait_time())

    def on_stop(self) -> None:
        self.session.leave()
        self._sender.close()

    def wait_time(self) -> float:
        assert self.environment.runner is not None
        self._due_s = self.session.pacer.take(self.environment.runner.user_count)
        if self._due_s is None:
            return self.session.settings.traffic.pause_s
        return max(0.0, self._due_s - time.perf_counter())

    @task
    def predict(self) -> None:
        start_s = time.perf_counter()
        if self._due_s is not None and self._due_s < start_s:
            start_s = self._due_s  # nobody was free then: the wait is part of the latency
        self._sender.send()
        outcome, tries = self._outcome()
        latency_ms = (time.perf_counter() - start_s) * 1000
        self.session.recorder.record(latency_ms, outcome.fault, outcome.replica, retried=tries > 1)
        self._report(latency_ms, outcome)

    def _outcome(self) -> tuple[Outcome, int]:
        traffic = self.session.settings.traffic
        for tries in range(1, traffic.retries + 1):
            outcome = self._sender.attempt()
            if not outcome.is_temporary:
                return outcome, tries
            asked_s = outcome.retry_after_s
            gevent.sleep(traffic.retry_wait_s if asked_s is None else asked_s)
        return self._sender.attempt(), traffic.retries + 1

    def _report(self, latency_ms: float, outcome: Outcome) -> None:
        self.environment.events.request.fire(
            request_type=self._sender.method,
            name=self._sender.name,
            response_time=latency_ms,
            response_length=outcome.size_bytes,
            exception=None if outcome.fault is None else CatchResponseError(outcome.fault),
            context={},
        )
