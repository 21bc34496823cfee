"""The side of a process that sends: gets its settings, obeys the pace, reports every second."""

from __future__ import annotations

import time
from typing import Any

import gevent
import psutil
from locust.env import Environment
from locust.rpc import Message
from locust.runners import LocalRunner, WorkerRunner

from loadtest.settings.load_test import LoadTestSettings
from loadtest.traffic._messages import HELLO, PACE, READY, SECOND, WELCOME
from loadtest.traffic._session import Session

_PROBE_S = 0.05


class WorkerLink:
    """The master may be the same process."""

    def __init__(self, runner: LocalRunner | WorkerRunner, session: Session, name: str) -> None:
        self._runner = runner
        self._session = session
        self._name = name
        self._process = psutil.Process()
        self._process.cpu_percent()
        runner.register_message(WELCOME, self._on_welcome, concurrent=True)
        runner.register_message(PACE, self._on_pace)

    def begin(self) -> None:
        self._runner.send_message(HELLO, {"worker": self._name})

    def _on_welcome(self, environment: Environment, msg: Message) -> None:
        data: dict[str, Any] = msg.data
        if not isinstance(self._runner, LocalRunner):
            settings = LoadTestSettings.model_validate(data["settings"])
            self._session.adopt(settings, data["epoch_s"])
            environment.host = data["url"]
        self._session.settled.set()
        problem = self._session.prepare(data["url"])
        self._runner.send_message(READY, {"worker": self._name, "problem": problem})
        self._runner.greenlet.spawn(self._report)

    def _on_pace(self, environment: Environment, msg: Message) -> None:  # noqa: ARG002 - Locust's
        self._session.pacer.change(msg.data["rps_per_user"])
        if msg.data["restart"]:
            self._session.pacer.restart()

    def _report(self) -> None:
        while True:
            lag_s = self._lag_until_next_second()
            for second in self._session.recorder.take_ended():
                message = second.to_message() | {
                    "worker": self._name,
                    "users": self._runner.user_count,
                    "cpu_percent": self._process.cpu_percent(),
                    "lag_ms": round(lag_s * 1000, 1),
                }
                self._runner.send_message(SECOND, message)

    def _lag_until_next_second(self) -> float:
        """How late this process woke at worst, in seconds, of many short sleeps."""
        now_s = self._session.now_s()
        end_s, worst_s = int(now_s) + 1.0, 0.0
        while (left_s := end_s - self._session.now_s()) > 0:
            asked_s = min(_PROBE_S, left_s + 0.001)
            start_s = time.perf_counter()
            gevent.sleep(asked_s)
            worst_s = max(worst_s, time.perf_counter() - start_s - asked_s)
        return worst_s
