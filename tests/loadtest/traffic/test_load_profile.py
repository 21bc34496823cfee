"""The phases and how much load there is to be in each."""

from __future__ import annotations

from typing import Any

import pytest

from loadtest.settings.load_test import LoadTestSettings
from loadtest.traffic.load_profile import LoadProfile, phases

PHASES = {"idle_s": 10, "ramp_s": 6, "ramp_steps": 3, "plateau_s": 30, "cooldown_s": 20}


def course(mode: str = "closed", **changes: Any) -> LoadProfile:
    """Returns the course of a run that begins at 100 s."""
    tree = {
        "phases": {**PHASES, "users": 30, "asked_rps": 600, **changes},
        "traffic": {"mode": mode},
    }
    return LoadProfile(LoadTestSettings.model_validate(tree), 100.0)


def test_phases_follow_each_other_and_those_of_no_length_are_left_out() -> None:
    """On the run's clock."""
    settings = LoadTestSettings.model_validate({"phases": {**PHASES, "ramp_s": 0}}).phases
    found = [(each.name, each.start_s, each.end_s) for each in phases(settings, 100.0)]
    assert found == [("idle", 100, 110), ("plateau", 110, 140), ("cooldown", 140, 160)]


@pytest.mark.parametrize(
    ("t_s", "users", "rps_per_user"),
    [(99, 0, 0), (100, 1, 5), (110, 10, None), (112.5, 20, None), (115.9, 30, None),
     (116, 30, None), (145.9, 30, None), (146, 1, 5), (165.9, 1, 5)],
)  # fmt: skip
def test_a_closed_loop_is_a_number_of_users(t_s: float, users: int, rps_per_user: Any) -> None:
    """The last step of the ramp is the goal, so that the plateau begins at it."""
    goal = course().goal(t_s)
    assert goal is not None
    assert (goal.users, goal.rps_per_user) == (users, rps_per_user)


def test_after_the_last_phase_there_is_no_goal() -> None:
    """The run is over."""
    assert course().goal(166.0) is None


def test_an_open_loop_has_spare_users_and_exactly_the_asked_rate() -> None:
    """At 4 requests per second and user; the rate is exact whatever that divides to."""
    goal = course("open", asked_rps=601).goal(120.0)
    assert goal is not None
    assert goal.users == 151
    assert goal.asked_rps == pytest.approx(601)


@pytest.mark.parametrize(
    ("second", "rps"), [(105, 5.0), (110, 200.0), (115, 600.0), (120, 600.0), (150, 5.0)]
)
def test_the_asked_rate_of_a_second_is_its_mean(second: int, rps: float) -> None:
    """Of the whole second; steps of the ramp count in part."""
    assert course("open").asked_rps(second) == pytest.approx(rps)


def test_a_closed_loop_asks_for_no_rate() -> None:
    """There is nothing that it could miss."""
    assert course().asked_rps(120) is None


def test_a_ramp_without_steps_grows_every_second() -> None:
    """Six seconds, six steps."""
    goals = [course(ramp_steps=0).goal(110.5 + second) for second in range(6)]
    assert [goal.users for goal in goals if goal] == [5, 10, 15, 20, 25, 30]


def test_without_a_trickle_the_quiet_phases_are_silent() -> None:
    """`phases.idle_rps` of 0."""
    goal = course(idle_rps=0).goal(105.0)
    assert goal is not None
    assert goal.users == 0
