"""What a call is expected to take."""

from __future__ import annotations

from serve_app.kinds.pace import Pace


def test_nothing_is_known_before_the_first_call() -> None:
    """So the first calls run in a thread."""
    assert Pace().expected_s(1) == float("inf")


def test_a_larger_call_is_judged_by_a_smaller_one() -> None:
    """As if each row cost the same; never less than what was seen."""
    pace = Pace()
    pace.note(1, 0.001)
    assert pace.expected_s(1) == 0.001
    assert pace.expected_s(4) == 0.004


def test_a_smaller_call_is_judged_by_a_larger_one() -> None:
    """It cannot take longer."""
    pace = Pace()
    pace.note(64, 0.003)
    assert pace.expected_s(2) == 0.003


def test_one_interrupted_call_changes_little_and_a_slow_model_is_found_out() -> None:
    """A machine that was busy for a moment is not a slow model."""
    pace = Pace()
    pace.note(1, 0.0001)
    pace.note(1, 0.5)
    assert pace.expected_s(1) < 0.0002
    for _ in range(60):
        pace.note(1, 0.5)
    assert pace.expected_s(1) > 0.1
