"""Looks at the replicas again and again, and tells what it sees on the run's clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Self

from loadtest.errors import ReplicasError
from loadtest.record.lines import Listener
from loadtest.record.observations import Event, ReplicaSample
from loadtest.replicas._changes import changes
from loadtest.replicas._ongoing import Ongoing, metrics_urls, read_ongoing
from loadtest.replicas.dashboard import Dashboard
from loadtest.replicas.serve_details import PATH, DeploymentDetails, details_of
from loadtest.run_clock import Clock
from loadtest.settings.replicas import ReplicaSettings

_UNKNOWN = Ongoing({}, None)
_PART = "part of the ongoing requests"


class ReplicaWatch:
    """Two threads that look: at the replicas, and less often at their ongoing requests.

    What cannot be read is not guessed: there is no sample then, or one without ongoing requests,
    and one event that says why.
    """

    def __init__(
        self, settings: ReplicaSettings, dashboard: Dashboard, clock: Clock, listener: Listener
    ) -> None:
        self._settings = settings
        self._dashboard = dashboard
        self._clock = clock
        self._listener = listener
        self._ongoing = _UNKNOWN
        self._troubles: dict[str, str] = {}
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.latest: DeploymentDetails | None = None
        """The last look; None before the first."""

    def __enter__(self) -> Self:
        """Looks once, so that a wrong address or token is known before the run, and goes on."""
        self._look()
        self._go_on(self._look, self._settings.poll_s, "replicas")
        if self._settings.ongoing_poll_s:
            self._go_on(self._look_inside, self._settings.ongoing_poll_s, "ongoing requests")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, look: Callable[[], None], period_s: float, what: str) -> None:
        def loop() -> None:
            while not self._stop.wait(period_s):
                self._try(look, what)

        thread = threading.Thread(target=loop, name=f"watch {what}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _try(self, look: Callable[[], None], what: str) -> None:
        try:
            look()
        except ReplicasError as exc:
            self._note(what, str(exc))
        else:
            self._note(what, "")

    def _note(self, what: str, trouble: str) -> None:
        """Says once that it cannot be read, and once that it can again."""
        if trouble and what not in self._troubles:
            self._say(f"no {what}", trouble)
        if trouble:
            self._troubles[what] = trouble
        elif self._troubles.pop(what, None):
            self._say(f"{what} again", "")

    def _say(self, name: str, detail: str) -> None:
        self._listener(Event(t_s=self._clock.now_s(), kind="note", name=name, detail=detail))

    def _look(self) -> None:
        document = self._dashboard.get(PATH)
        settings = self._settings
        seen = details_of(document, settings.application, settings.deployment)
        t_s = self._clock.now_s()
        for event in changes(self.latest, seen, t_s):
            self._listener(event)
        self.latest = seen
        ongoing = self._ongoing
        self._listener(
            ReplicaSample(
                t_s=t_s,
                target=seen.target,
                replicas=tuple(
                    replace(replica, ongoing=ongoing.by_replica.get(replica.replica_id))
                    for replica in seen.replicas
                ),
                queued=ongoing.queued,
            )
        )

    def _look_inside(self) -> None:
        assert self.latest
        try:
            urls = self._settings.metrics_urls or metrics_urls(self._dashboard)
            self._ongoing = read_ongoing(urls, self.latest.application, self.latest.deployment)
        except ReplicasError:
            self._ongoing = _UNKNOWN  # an old number would pass for a new one
            raise
        self._note(_PART, self._ongoing.unread)
