"""The watch tells what it sees, goes on when it sees nothing, and does not guess."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from loadtest.errors import ReplicasError
from loadtest.record.lines import Observation
from loadtest.record.observations import Event, ReplicaSample
from loadtest.replicas.dashboard import Dashboard
from loadtest.replicas.watch import ReplicaWatch
from loadtest.run_clock import Clock
from loadtest.settings.replicas import ReplicaSettings


class Notes:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.samples: list[ReplicaSample] = []
        self.events: list[Event] = []

    def __call__(self, observation: Observation) -> None:
        """Keeps it."""
        if isinstance(observation, ReplicaSample):
            self.samples.append(observation)
        elif isinstance(observation, Event):
            self.events.append(observation)

    def names(self) -> list[str]:
        """Returns the names of the events so far."""
        return [event.name for event in self.events]


def watching(ray: Any, notes: Notes, **changes: Any) -> ReplicaWatch:
    """Returns a watch that looks often."""
    settings = ReplicaSettings.model_validate(
        {"dashboard_url": ray.site.url, "poll_s": 0.02, "ongoing_poll_s": 0.02, **changes}
    )
    return ReplicaWatch(settings, Dashboard(ray.site.url, "a-token"), Clock.start(), notes)


def eventually(condition: Callable[[], bool]) -> None:
    """Waits until a condition holds."""
    deadline_s = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline_s, "never became true"
        time.sleep(0.01)


@pytest.fixture
def notes() -> Notes:
    """Who is told."""
    return Notes()


def test_growth_is_seen_with_the_ongoing_requests_of_each_replica(
    fake_ray: Any, notes: Notes
) -> None:
    """On the run's clock, with an event per change."""
    with watching(fake_ray, notes) as watch:
        fake_ray.show(replicas={"aaa": "RUNNING", "bbb": "RUNNING"}, target=2,
                      ongoing={"aaa": 3.0, "bbb": 1.0})  # fmt: skip
        eventually(lambda: [r.ongoing for r in notes.samples[-1].replicas] == [3.0, 1.0])
        assert watch.latest is not None
    assert (notes.samples[0].running, notes.samples[-1].running) == (1, 2)
    assert notes.samples[-1].queued == 2.0
    assert notes.names() == ["target", "running"]
    assert notes.samples[-1].t_s > notes.samples[0].t_s >= 0


def test_a_dashboard_that_is_away_for_a_while_is_told_once(fake_ray: Any, notes: Notes) -> None:
    """There are no samples meanwhile."""
    with watching(fake_ray, notes, ongoing_poll_s=0):
        fake_ray.site.pages["/api/serve/applications/"] = (503, "GCS is down")
        eventually(lambda: notes.names() == ["no replicas"])
        count = len(notes.samples)
        time.sleep(0.1)
        assert len(notes.samples) == count
        fake_ray.show()
        eventually(lambda: len(notes.samples) > count)
    assert notes.names() == ["no replicas", "replicas again"]


def test_ongoing_requests_that_cannot_be_read_are_unknown(fake_ray: Any, notes: Notes) -> None:
    """The replicas are seen all the same; old numbers are not shown for new ones."""
    with watching(fake_ray, notes):
        eventually(lambda: notes.samples[-1].replicas[0].ongoing == 3.0)
        fake_ray.site.pages["/metrics"] = (500, "")
        eventually(lambda: notes.samples[-1].replicas[0].ongoing is None)
    assert notes.names() == ["no ongoing requests"]


def test_a_node_that_is_gone_is_told_once_and_hides_no_other(fake_ray: Any, notes: Notes) -> None:
    """What the other nodes say still counts."""
    page = f"{fake_ray.site.url}/metrics"
    gone = f"{fake_ray.site.url}/gone"
    with watching(fake_ray, notes, metrics_urls=[gone, page]):
        eventually(lambda: notes.samples[-1].replicas[0].ongoing == 3.0)
        fake_ray.site.pages["/gone"] = (200, "")
        eventually(lambda: "part of the ongoing requests again" in notes.names())
    assert notes.names() == [
        "no part of the ongoing requests",
        "part of the ongoing requests again",
    ]
    assert gone in notes.events[0].detail


def test_an_answer_that_breaks_off_ends_no_watch(fake_ray: Any, notes: Notes) -> None:
    """As when the dashboard dies while it answers."""
    with watching(fake_ray, notes, ongoing_poll_s=0):
        fake_ray.site.headers["Content-Encoding"] = "x\r\nContent-Length: 9999999"
        eventually(lambda: notes.names() == ["no replicas"])
        fake_ray.site.headers.clear()
        eventually(lambda: notes.names() == ["no replicas", "replicas again"])


def test_a_wrong_token_is_known_before_the_run(fake_ray: Any, notes: Notes) -> None:
    """The first look is not forgiven."""
    fake_ray.site.token = "another"
    with pytest.raises(ReplicasError, match="401"), watching(fake_ray, notes):
        pytest.fail("it must not begin")
