"""The phases as a Locust load shape: `locust -f loadtest/locustfile.py,loadtest/traffic/shape.py`.

Without this file, users and their number come from Locust's own options or page.
"""

from __future__ import annotations

import time

import gevent
from gevent.event import Event
from locust import LoadTestShape

from loadtest.traffic._messages import PACE
from loadtest.traffic.load_profile import NOTHING, Goal, LoadProfile
from loadtest.traffic.process_role import role_of_process, settings_of_process

_USERS_PER_S = 1000.0
_TICK_S = 0.05
_LAST_SECOND_S = 1.3


class PhaseShape(LoadTestShape):
    """Idle, ramp, plateau, cooldown, as the settings have them.

    Where a generator has started the process, the first phase begins at its word.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        role = role_of_process()
        self._settings = settings_of_process()
        self._epoch_s = role.epoch_s if role else time.time()
        self._profile: LoadProfile | None = None
        self._begun = Event()
        self._goal = NOTHING
        self._has_started = False
        self._ended_s: float | None = None
        self._stops = False
        if role is None:
            self.begin(0.0)

    def begin(self, begin_s: float) -> LoadProfile:
        self._profile = LoadProfile(self._settings, begin_s)
        self._begun.set()
        return self._profile

    def end(self) -> None:
        """Ends the run before its last phase has."""
        self._stops = True
        self._begun.set()

    def tick(self) -> tuple[int, float] | None:
        """The number of users, as soon as it changes and else every second."""
        self._begun.wait()
        until_s = time.monotonic() + 1.0
        while time.monotonic() < until_s or not self._has_started:
            goal = self._next_goal()
            if goal is None:
                return self._drain()
            # Locust's dispatcher cannot begin with no users.
            if goal != self._goal and (goal.users or self._has_started):
                return self._follow(goal)
            gevent.sleep(_TICK_S)
        return self._goal.users, _USERS_PER_S

    def _next_goal(self) -> Goal | None:
        if self._stops or self._profile is None:
            return None
        return self._profile.goal(time.time() - self._epoch_s)

    def _follow(self, goal: Goal) -> tuple[int, float]:
        assert self.runner is not None
        if goal.rps_per_user != self._goal.rps_per_user or not self._has_started:
            # What is overdue when the load begins or ends is not made up for in the other phase.
            restart = min(goal.users, self._goal.users) <= 1
            message = {"rps_per_user": goal.rps_per_user, "restart": restart}
            self.runner.send_message(PACE, message)
        self._goal, self._has_started = goal, True
        return goal.users, _USERS_PER_S

    def _drain(self) -> tuple[int, float] | None:
        """Lets the users finish what they are at, and the last second be reported."""
        assert self.runner is not None
        if not self._has_started:
            return None
        if self._goal.users:
            self._goal = NOTHING
            return 0, _USERS_PER_S
        if self._ended_s is None and self.runner.user_count == 0:
            self._ended_s = time.time()
        is_over = self._ended_s is not None and time.time() - self._ended_s > _LAST_SECOND_S
        return None if is_over else (0, _USERS_PER_S)
