"""The moment by which a client wants its answer."""

from __future__ import annotations

import pytest

from serve_app.errors import DeadlineExceededError
from serve_app.predictor.deadline import Deadline


@pytest.mark.parametrize(("timeout_s", "longest_ms"), [(5.0, 5_000), (1e12, 86_400_000)])
def test_what_is_left_is_positive_and_bounded(timeout_s: float, longest_ms: int) -> None:
    """TensorFlow reads 0 as endless, and cannot add centuries to its clock."""
    assert 1 <= Deadline.after(timeout_s).remaining_ms() <= longest_ms


@pytest.mark.parametrize("timeout_s", [0.0, -1.0])
def test_a_deadline_that_has_passed_raises(timeout_s: float) -> None:
    """Before any model is called."""
    with pytest.raises(DeadlineExceededError):
        Deadline.after(timeout_s).remaining_ms()
