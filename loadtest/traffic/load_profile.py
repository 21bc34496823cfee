"""The course of the load: which phase it is, and how much load there is to be."""

from __future__ import annotations

import math
from dataclasses import dataclass

from loadtest.record.observations import Phase, PhaseName
from loadtest.settings.load_test import LoadTestSettings
from loadtest.settings.phases import PhaseSettings


@dataclass(frozen=True, slots=True)
class Goal:
    """The load at one moment; without `rps_per_user` a user sends as soon as it is answered."""

    users: int
    rps_per_user: float | None

    @property
    def asked_rps(self) -> float | None:
        return None if self.rps_per_user is None else self.users * self.rps_per_user


NOTHING = Goal(0, 0.0)


def phases(settings: PhaseSettings, begin_s: float) -> tuple[Phase, ...]:
    lengths: tuple[tuple[PhaseName, float], ...] = (
        ("idle", settings.idle_s),
        ("ramp", settings.ramp_s),
        ("plateau", settings.plateau_s),
        ("cooldown", settings.cooldown_s),
    )
    result = []
    for name, length_s in lengths:
        if length_s:
            result.append(Phase(name=name, start_s=begin_s, end_s=begin_s + length_s))
            begin_s += length_s
    return tuple(result)


class LoadProfile:
    """What the settings ask for at each moment; `begin_s` is the time of the first phase."""

    def __init__(self, settings: LoadTestSettings, begin_s: float) -> None:
        self._settings = settings
        self.phases = phases(settings.phases, begin_s)

    @property
    def end_s(self) -> float:
        return self.phases[-1].end_s

    def asked_rps(self, number: int) -> float | None:
        """The mean rate in one second of the clock; None if closed."""
        if self._settings.traffic.mode == "closed":
            return None
        goals = [self.goal(number + tenth / 10) or NOTHING for tenth in range(10)]
        return sum(goal.asked_rps or 0.0 for goal in goals) / len(goals)

    def goal(self, t_s: float) -> Goal | None:
        if t_s >= self.end_s:
            return None
        if t_s < self.phases[0].start_s:
            return NOTHING
        phase = next(phase for phase in self.phases if t_s < phase.end_s)
        if phase.name in ("idle", "cooldown"):
            return self._trickle()
        share = self._ramp_share(phase, t_s) if phase.name == "ramp" else 1.0
        return self._share_of_the_goal(share)

    def _trickle(self) -> Goal:
        rate = self._settings.phases.idle_rps
        return Goal(1, rate) if rate else NOTHING

    def _ramp_share(self, phase: Phase, t_s: float) -> float:
        steps = self._settings.phases.ramp_steps or math.ceil(phase.end_s - phase.start_s)
        done = (t_s - phase.start_s) / (phase.end_s - phase.start_s)
        # The last step is the goal itself: the plateau then begins with all users at work.
        return min(1.0, (math.floor(done * steps) + 1) / steps)

    def _share_of_the_goal(self, share: float) -> Goal:
        traffic, asked = self._settings.traffic, self._settings.phases
        if traffic.mode == "closed":
            return Goal(max(1, round(asked.users * share)), None)
        rps = asked.asked_rps * share
        users = math.ceil(rps / traffic.rps_per_user)
        return Goal(users, rps / users)
