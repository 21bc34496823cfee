from __future__ import annotations

import io

import pytest
from rich.console import Console

from loadtest.record.observations import Event, Phase, RunRecord
from loadtest.report.live import LiveView


def watched(run: RunRecord, *, terminal: bool) -> str:
    """Returns what a view of the run's first 50 seconds wrote."""
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=100, color_system=None)
    with LiveView(console) as view:
        view.begin_phase(Phase(name="ramp", start_s=10, end_s=40))
        view(Event(t_s=24, kind="replica", name="replica1", detail="starting"))
        for load, replicas, generator in zip(
            run.load[:50], run.replicas, run.generator, strict=False
        ):
            view(replicas)
            view(generator)
            view(load)
    return text.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_people_see_load_replicas_and_events_while_it_runs(
    run: RunRecord, *, terminal: bool
) -> None:
    """A terminal gets a table, a log file gets lines: the same facts."""
    text = watched(run, terminal=terminal)
    for words in ("requests/s", "3 wanted", "replica replica1: starting", "ramp until 40 s"):
        assert words in text


def test_a_log_gets_a_line_every_five_seconds(run: RunRecord) -> None:
    """And no control characters."""
    text = watched(run, terminal=False)
    assert len([line for line in text.splitlines() if line.startswith("at ")]) == 10
    assert "\x1b" not in text


def test_a_view_that_saw_nothing_ends_quietly() -> None:
    """An interrupted start leaves the terminal as it was."""
    text = io.StringIO()
    with LiveView(Console(file=text, force_terminal=False)):
        pass
    assert text.getvalue() == ""
