"""The bound on ongoing requests."""

from __future__ import annotations

import time

import pytest

from serve_app.errors import OverloadedError
from serve_app.predictor import Admission


def test_refuses_beyond_the_limit_and_says_when_to_retry() -> None:
    """The refusal is immediate and counted."""
    admission = Admission(limit=1, retry_after_s=7)
    with admission.request():
        with pytest.raises(OverloadedError) as caught, admission.request():
            pytest.fail("admitted")
        assert caught.value.retry_after_s == 7
    assert (admission.ongoing, admission.refused) == (0, 1)


def test_a_failed_request_gives_its_place_back() -> None:
    """Errors do not leak places."""
    admission = Admission(limit=1, retry_after_s=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), admission.request():
            raise ZeroDivisionError
    assert admission.ongoing == 0


def test_the_mean_counts_requests_by_how_long_they_were_there() -> None:
    """Half of the time one, half of the time two; then none."""
    admission = Admission(limit=8, retry_after_s=1)
    assert admission.mean_ongoing() == 0
    begin_s = time.monotonic()
    with admission.request():
        time.sleep(0.05)
        middle_s = time.monotonic()
        with admission.request():
            time.sleep(0.05)
    end_s = time.monotonic()
    expected = 1 + (end_s - middle_s) / (end_s - begin_s)  # on a busy machine not just 1.5
    assert admission.mean_ongoing() == pytest.approx(expected, abs=0.3)
    time.sleep(0.01)
    assert admission.mean_ongoing() == 0


def test_the_mean_sees_requests_that_no_look_would_meet() -> None:
    """They come and go between two looks."""
    admission = Admission(limit=8, retry_after_s=1)
    admission.mean_ongoing()
    begin_s, inside_s = time.monotonic(), 0.0
    for _ in range(20):
        with admission.request():
            entered_s = time.monotonic()
            time.sleep(0.001)
            inside_s += time.monotonic() - entered_s
        assert admission.ongoing == 0
    expected = inside_s / (time.monotonic() - begin_s)
    assert admission.mean_ongoing() == pytest.approx(expected, abs=0.3)
