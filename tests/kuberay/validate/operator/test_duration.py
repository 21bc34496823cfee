from __future__ import annotations

import pytest

from kuberay.validate.operator._duration import go_duration_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("1h30m", 5400), ("1.5s", 1.5), ("100ms", 0.1), ("+5s", 5), (".5h", 1800)],
)
def test_durations_are_read_as_go_reads_them(text: str, seconds: float) -> None:
    """The operator is written in Go."""
    assert go_duration_s(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "30", "soon", "5 m", "5m later", "-5m", "1d"])
def test_what_is_no_duration_is_none(text: str) -> None:
    """A plain number is not one either."""
    assert go_duration_s(text) is None
