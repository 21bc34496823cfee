"""The side of the process that collects: hands out settings, puts seconds together, writes them."""

from __future__ import annotations

import os
from typing import Any

import gevent
from locust.env import Environment
from locust.rpc import Message
from locust.runners import LocalRunner, MasterRunner

from loadtest.record.lines import GeneratorState, Observation, encode
from loadtest.record.observations import Event, GeneratorSample, LoadSample
from loadtest.traffic._interval_merger import IntervalMerger
from loadtest.traffic._interval_recorder import Second
from loadtest.traffic._messages import HELLO, READY, SECOND, WELCOME
from loadtest.traffic._session import Session
from loadtest.traffic.load_profile import LoadProfile

_SILENT_S = 3.5
_TICK_S = 0.1


class MasterLink:
    """Without an `out_fd` nobody listens but Locust."""

    def __init__(
        self,
        runner: LocalRunner | MasterRunner,
        session: Session,
        out_fd: int | None,
        workers: int,
    ) -> None:
        self._runner = runner
        self._session = session
        self._out_fd = out_fd
        self._expected = workers
        self._profile: LoadProfile | None = None
        self._heard_s: dict[str, float] = {}
        self._users: dict[str, int] = {}
        self._seconds: IntervalMerger | None = None
        runner.register_message(HELLO, self._on_hello)
        runner.register_message(READY, self._on_ready)
        runner.register_message(SECOND, self._on_second)
        runner.greenlet.spawn(self._watch)

    def follow(self, profile: LoadProfile) -> None:
        self._profile = profile

    def finish(self) -> None:
        for second in self._seconds.rest() if self._seconds else ():
            self._write_load(second)
        self._write(GeneratorState(state="done"))

    def _on_hello(self, environment: Environment, msg: Message) -> None:
        data = {
            "settings": self._session.settings.model_dump(mode="json"),
            "epoch_s": self._session.epoch_s,
            "url": environment.host or self._session.settings.target.url,
        }
        client = None if isinstance(self._runner, LocalRunner) else msg.node_id
        self._runner.send_message(WELCOME, data, client)

    def _on_ready(self, environment: Environment, msg: Message) -> None:  # noqa: ARG002 - Locust's
        worker, problem = msg.data["worker"], msg.data["problem"]
        if problem:
            self._write(GeneratorState(state="failed", text=f"{worker}: {problem}"))
            return
        if self._seconds is not None:
            self._note(worker, "joined after the start")
        self._heard_s[worker] = self._session.now_s()
        if self._seconds is None and len(self._heard_s) == self._expected:
            self._seconds = IntervalMerger(frozenset(self._heard_s))
            self._write(GeneratorState(state="ready"))

    def _on_second(self, environment: Environment, msg: Message) -> None:  # noqa: ARG002 - Locust's
        data: dict[str, Any] = msg.data
        second, worker = Second.of_message(data), data["worker"]
        self._heard_s[worker] = self._session.now_s()
        self._users[worker] = data["users"]
        if self._seconds is not None:
            self._seconds.add(worker, second)
        if self._profile is not None:
            self._write_generator(worker, second.number + 1, data)

    def _watch(self) -> None:
        while True:
            gevent.sleep(_TICK_S)
            if self._seconds is None:
                continue
            self._drop_silent()
            for second in self._seconds.ready(self._session.now_s()):
                self._write_load(second)

    def _drop_silent(self) -> None:
        now_s = self._session.now_s()
        for worker, heard_s in list(self._heard_s.items()):
            if now_s - heard_s > _SILENT_S:
                assert self._seconds is not None
                self._seconds.drop(worker)
                self._users.pop(worker, None)
                del self._heard_s[worker]
                self._write_generator(worker, now_s, None)
                self._note(worker, f"no word for {_SILENT_S:g} s")

    def _note(self, worker: str, detail: str) -> None:
        now_s = self._session.now_s()
        event = Event(t_s=now_s, kind="generator", name=f"worker {worker}", detail=detail)
        self._write(event)

    def _write_generator(self, worker: str, t_s: float, data: dict[str, Any] | None) -> None:
        sample = GeneratorSample(
            t_s=t_s,
            worker=worker,
            cpu_percent=data["cpu_percent"] if data else 0.0,
            users=data["users"] if data else 0,
            lag_ms=data["lag_ms"] if data else 0.0,
            alive=data is not None,
        )
        self._write(sample)

    def _write_load(self, second: Second) -> None:
        if self._profile is None or second.number + 1 <= self._profile.phases[0].start_s:
            return
        sample = LoadSample(
            t_s=second.number + 1.0,
            users=sum(self._users.values()),
            asked_rps=self._profile.asked_rps(second.number),
            requests=second.requests,
            failures=second.failures,
            latencies=second.latencies,
            by_replica=second.by_replica,
            failures_by_cause=second.causes,
            retried=second.retried,
        )
        self._write(sample)

    def _write(self, observation: Observation | GeneratorState) -> None:
        if self._out_fd is not None:
            os.write(self._out_fd, encode(observation))
