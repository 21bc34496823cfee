from __future__ import annotations

import time
from collections.abc import Callable

from gevent.event import Event
from gevent.lock import RLock

from foundation.errors import BqmlError
from loadtest.settings.load_test import LoadTestSettings
from loadtest.traffic._interval_recorder import IntervalRecorder
from loadtest.traffic._outcome import Sender
from loadtest.traffic._pacer import Pacer
from loadtest.traffic.workload import Workload, load_workload


class Session:
    """What the users of one process share; none begins before the settings are `settled`."""

    def __init__(self, settings: LoadTestSettings, epoch_s: float) -> None:
        self.pacer = Pacer(time.perf_counter)
        self.settled = Event()
        self._lock = RLock()
        self._url = ""
        self._users = 0
        self.adopt(settings, epoch_s)

    def adopt(self, settings: LoadTestSettings, epoch_s: float) -> None:
        self.settings = settings
        self.epoch_s = epoch_s
        self.recorder = IntervalRecorder(lambda: time.time() - epoch_s)
        self._open_sender: Callable[[object], Sender] | None = None
        is_open = settings.traffic.mode == "open"
        self.pacer.change(settings.traffic.rps_per_user if is_open else None)

    def now_s(self) -> float:
        return time.time() - self.epoch_s

    def prepare(self, url: str) -> str:
        """Returns why there is nothing to send; empty where there is."""
        with self._lock:
            if self._open_sender is None or url != self._url:
                self._open_sender, self._url = None, url
                try:
                    workload = load_workload(self.settings, url)
                    self._open_sender = _sender_factory(self.settings, workload, url)
                except BqmlError as error:
                    return str(error)
            return ""

    def join(self) -> None:
        """The first user finds a schedule on which nothing is overdue."""
        if not self._users:
            self.pacer.restart()
        self._users += 1

    def leave(self) -> None:
        self._users -= 1

    def open_sender(self, user: object) -> Sender:
        assert self._open_sender is not None
        return self._open_sender(user)


def _sender_factory(
    settings: LoadTestSettings, workload: Workload, url: str
) -> Callable[[object], Sender]:
    # Each loads its transport only where it is used.
    if settings.target.protocol == "grpc":
        from loadtest.traffic._grpc_sender import grpc_senders

        return grpc_senders(settings, workload)
    from loadtest.traffic._rest_sender import rest_senders

    return rest_senders(settings, workload, url)
