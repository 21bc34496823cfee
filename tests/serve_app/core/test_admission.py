"""The bound on ongoing requests."""

from __future__ import annotations

import pytest

from serve_app.core.admission import Admission
from serve_app.errors import OverloadedError


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
