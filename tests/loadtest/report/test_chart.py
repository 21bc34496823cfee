from __future__ import annotations

from dataclasses import replace

from loadtest.record.observations import FaultOutcome, RunRecord
from loadtest.report import _chart as chart


def test_the_numbers_of_close_moments_do_not_hide_each_other(run: RunRecord) -> None:
    """Three may fall into one second: each has a row of its own."""
    faults = tuple(
        FaultOutcome(fault="new-version", t_s=60.0 + late_s, failures=0, retried=0, allowed=0,
                     recovered_s=1.0, passed=True)
        for late_s in (0.0, 0.3, 0.6)
    )  # fmt: skip
    figure = chart._draw(replace(run, faults=faults))
    figure.draw_without_rendering()
    marks = [text.get_bbox_patch() for text in figure.axes[0].texts]
    boxes = [mark.get_window_extent() for mark in marks if mark]
    assert len(boxes) == 10
    assert not [
        (one, other)
        for number, one in enumerate(boxes)
        for other in boxes[number + 1 :]
        if one.overlaps(other)
    ]
    assert max(box.y1 for box in boxes) <= figure.bbox.y1
