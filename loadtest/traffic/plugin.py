"""Attaches a session to Locust's events: in the master, in the workers, in a single process."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import gevent
from gevent.fileobject import FileObject
from locust.env import Environment
from locust.event import Events
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from loadtest.traffic._master_link import MasterLink
from loadtest.traffic._session import Session
from loadtest.traffic._worker_link import WorkerLink
from loadtest.traffic.process_role import (
    ProcessRole,
    default_worker_name,
    role_of_process,
    settings_of_process,
)
from loadtest.traffic.shape import PhaseShape


def new_session(events: Events) -> Session:
    role = role_of_process()
    session = Session(settings_of_process(), role.epoch_s if role else time.time())
    _Plugin(session, role).attach(events)
    return session


class _Plugin:
    def __init__(self, session: Session, role: ProcessRole | None) -> None:
        self._session = session
        self._role = role
        self._master: MasterLink | None = None

    def attach(self, events: Events) -> None:
        events.init.add_listener(self._on_init)
        events.test_stopping.add_listener(self._on_test_stopping)

    def _on_init(self, environment: Environment, **_: Any) -> None:  # noqa: ANN401 - Locust's
        # The imports took a second in which the event loop's clock stood still: `--run-time` would
        # count from before them.
        gevent.get_hub().loop.update_now()
        runner = environment.runner
        if environment.host is None:
            environment.host = self._session.settings.target.url
        if isinstance(runner, LocalRunner | MasterRunner):
            out_fd = self._role.out_fd if self._role else None
            workers = self._role.workers if self._role else 1
            self._master = MasterLink(runner, self._session, out_fd, workers)
        if isinstance(runner, LocalRunner | WorkerRunner):
            name = self._role.worker if self._role else default_worker_name()
            link = WorkerLink(runner, self._session, name)
            # A person's single process has its settings, and asks the service when users begin:
            # the page may have another host by then.
            if self._role is not None or isinstance(runner, WorkerRunner):
                runner.greenlet.spawn(link.begin)
        if not isinstance(runner, WorkerRunner):
            self._session.settled.set()
        if self._role is not None:
            assert runner is not None
            runner.greenlet.spawn(self._obey, environment)

    def _on_test_stopping(self, environment: Environment, **_: Any) -> None:  # noqa: ANN401, ARG002 - Locust's
        if self._master is not None:
            self._master.finish()

    def _obey(self, environment: Environment) -> None:
        """The generator is our parent; this process ends with it."""
        for line in FileObject(sys.stdin.fileno(), "rb", close=False):
            words = line.split()
            if words[0] == b"begin":
                assert self._master is not None
                self._master.follow(self._shape(environment).begin(float(words[1])))
            elif words[0] == b"end":
                self._shape(environment).end()
        os._exit(3)

    def _shape(self, environment: Environment) -> PhaseShape:
        assert isinstance(environment.shape_class, PhaseShape)
        return environment.shape_class
