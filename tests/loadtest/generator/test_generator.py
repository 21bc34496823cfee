"""The real generator: Locust processes against a real HTTP server that follows a script."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loadtest.errors import GeneratorError, TargetError
from loadtest.generator.generator import Generator
from loadtest.run_clock import Clock

ROOT = Path(__file__).parents[3]


def eventually(condition: Callable[[], bool]) -> None:
    """Waits until a condition holds."""
    deadline_s = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline_s, "never became true"
        time.sleep(0.05)


def test_a_closed_loop_goes_through_its_phases(iris: Any, run: Callable[..., Any]) -> None:
    """A trickle before and after, and in between as fast as the service answers."""
    rows: list[int] = []

    def posted(body: bytes) -> Any:
        rows.append(len(json.loads(body)["instances"]))
        return iris_answer(body)

    iris_answer, iris.posted = iris.posted, posted
    seen = run(
        iris.url,
        phases={"idle_s": 1, "ramp_s": 1, "plateau_s": 1, "cooldown_s": 1},
        traffic={"rows_per_request": 3},
    )
    assert (seen.total("failures"), seen.counted("failures_by_cause")) == (0, {})
    assert seen.counted("by_replica") == {"r1": seen.total("requests")}
    assert sum(seen.counted("latencies").values()) == seen.total("requests")
    assert max(each.users for each in seen.load) == 4
    assert {each.asked_rps for each in seen.load} == {None}
    # Every request that arrived is in the samples, but for the first, which was no load.
    assert rows[1:] == [3] * seen.total("requests")
    assert all(each.alive and each.worker == "worker-1" for each in seen.processes)
    times = [each.t_s for each in seen.load]
    assert times == [times[0] + number for number in range(len(times))]


def test_wrong_answers_are_failures_by_their_cause(iris: Any, run: Callable[..., Any]) -> None:
    """Status, rows, shape, label and numbers; equal causes are one, whatever else was answered."""
    good = json.dumps(iris.posted(b'{"instances": [1]}')[1])
    script = itertools.cycle([
        (200, good),
        (503, '{"error": "the queue is full"}'),
        (200, good.replace('["setosa"]', '["dragon"]')),
        (200, good.replace("0.8, ", "")),
        (200, good.replace("0.8", "NaN")),
        (200, '{"predictions": []}'),
        (200, "<html>oops"),
        (500, ""),
    ])  # fmt: skip
    first = iter([(200, good)])
    iris.posted = lambda _body: next(first, None) or next(script)
    seen = run(iris.url)
    assert set(seen.counted("failures_by_cause")) == {
        '503: {"error": "the queue is full"}',
        "predicted_species: 'dragon' is not among the classes",
        "species_probs: 2 values, expected 3",
        "species_probs: not a finite number",
        "0 rows in the answer to 1",
        "the answer is not JSON: <html>oops",
        "500: ",
    }
    assert sum(seen.counted("failures_by_cause").values()) == seen.total("failures")
    assert 0 < seen.total("failures") < seen.total("requests")


def test_a_temporary_refusal_is_sent_again_where_that_is_asked_for(
    iris: Any, run: Callable[..., Any]
) -> None:
    """A success at last is no failure; how many needed it is counted."""
    turns, answer = itertools.count(), iris.posted
    iris.posted = lambda body: (502, "gone") if next(turns) % 4 == 1 else answer(body)
    seen = run(iris.url, traffic={"retries": 1, "retry_wait_s": 0}, phases={"users": 1})
    assert (seen.total("failures"), seen.counted("failures_by_cause")) == (0, {})
    # Of the turns 1, 2, 3, 4, ... every fourth is a refusal, whose second try is the next turn.
    assert seen.total("retried") == (next(turns) + 2) // 4


def test_a_connection_that_breaks_is_a_failure(run: Callable[..., Any], iris: Any) -> None:
    """Never sent again behind our back; the users go on."""
    answer = iris.posted
    first = iter([True])

    def posted(body: bytes) -> Any:
        if next(first, False):
            return answer(body)
        raise ConnectionAbortedError  # the handler's thread ends, and its socket with it

    iris.posted = posted
    seen = run(iris.url)
    assert seen.total("requests") == seen.total("failures") > 0
    assert all(":" in cause for cause in seen.counted("failures_by_cause"))


def test_connections_are_changed_where_that_is_asked_for(
    iris: Any, run: Callable[..., Any]
) -> None:
    """After so many requests each; without the setting a user keeps its one."""
    threads: list[str] = []  # the server has one for each connection
    answer = iris.posted

    def posted(body: bytes) -> Any:
        threads.append(threading.current_thread().name)
        time.sleep(0.005)
        return answer(body)

    iris.posted = posted
    run(iris.url, traffic={"rotate_after": 5}, phases={"users": 1})
    longest = max(len(list(group)) for _, group in itertools.groupby(threads[1:]))
    assert len(threads) > 10
    assert longest <= 5


def test_an_open_loop_sends_what_was_due_in_a_stall(iris: Any, run: Callable[..., Any]) -> None:
    """A second of silence delays every request that was due in it, not one of each user."""
    answer = iris.posted
    stall = threading.Lock()
    state = {"stalled": False, "requests": 0}

    def posted(body: bytes) -> Any:
        with stall:
            state["requests"] += 1
            if state["requests"] == 60:
                time.sleep(1.0)
        return answer(body)

    iris.posted = posted
    seen = run(
        iris.url,
        traffic={"mode": "open", "rps_per_user": 10},
        phases={"plateau_s": 4, "asked_rps": 50},
    )
    late = sum(n for latency, n in seen.counted("latencies").items() if latency > 150)
    assert max(each.users for each in seen.load) == 5
    assert late > 20  # a closed loop of 5 users would have seen 5
    assert 100 < seen.total("requests") < 230  # 200 are due, and one more of each user at most
    assert sum(each.asked_rps or 0 for each in seen.load) == pytest.approx(200, abs=1)


def test_a_master_and_workers_over_the_network_and_one_of_them_dies(
    iris: Any, make_settings: Callable[..., Any], seen: Any
) -> None:
    """A worker that was started by hand gets the settings; a dead one is seen, the rest go on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    generator_group = {"processes": 1, "workers": 1, "master_port": port, "preflight_factor": 0}
    settings = make_settings(iris.url, generator=generator_group, phases={"plateau_s": 600})
    command = [sys.executable, "-m", "locust", "-f", "loadtest/locustfile.py", "--worker",
               "--master-host", "127.0.0.1", "--master-port", str(port)]  # fmt: skip
    far = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    with Generator(settings, Clock.start(), seen) as generator:
        generator.start()
        generator.begin()
        eventually(lambda: any(each.users == 4 for each in seen.load))
        os.kill(generator.pids["worker-1"], signal.SIGKILL)
        eventually(lambda: not all(each.alive for each in seen.processes))
        died_s = next(each.t_s for each in seen.processes if not each.alive)
        eventually(lambda: any(each.requests and each.t_s > died_s + 1 for each in seen.load))
    dead = {each.worker for each in seen.processes if not each.alive}
    assert dead == {"worker-1"}
    assert [each.name for each in seen.events][:1] == ["worker worker-1"]
    assert len({each.worker for each in seen.processes if each.alive}) == 2
    assert far.wait(60) == 0


def test_a_killed_generator_ends_the_wait(
    iris: Any, make_settings: Callable[..., Any], seen: Any
) -> None:
    """And is seen as dead: the run that it belonged to is worthless."""
    settings = make_settings(iris.url, phases={"plateau_s": 60})
    with Generator(settings, Clock.start(), seen) as generator:
        generator.start()
        generator.begin()
        os.kill(generator.pids["worker-1"], signal.SIGKILL)
        assert generator.wait(60)
        eventually(lambda: any(not each.alive for each in seen.processes))


def test_a_stop_leaves_no_process_and_no_request_behind(
    iris: Any, make_settings: Callable[..., Any], seen: Any
) -> None:
    """What is on its way is answered and counted first."""
    arrived, answer = itertools.count(), iris.posted

    def posted(body: bytes) -> Any:
        next(arrived)
        time.sleep(0.2)
        return answer(body)

    iris.posted = posted
    generator_group = {"processes": 2}
    settings = make_settings(iris.url, generator=generator_group, phases={"plateau_s": 60})
    with Generator(settings, Clock.start(), seen) as generator:
        generator.start()
        generator.begin()
        eventually(lambda: bool(seen.total("requests")))
        pids = generator.pids
    assert set(pids) == {"master", "worker-1", "worker-2"}
    assert not [pid for pid in pids.values() if Path(f"/proc/{pid}").exists()]
    # Each of the two workers sent one request before the load to see the answer's form.
    assert seen.total("requests") == next(arrived) - 2
    assert seen.total("failures") == 0


def test_a_service_that_is_not_there_is_named_at_the_start(
    make_settings: Callable[..., Any], seen: Any
) -> None:
    """No run begins."""
    with (
        Generator(make_settings("http://127.0.0.1:9"), Clock.start(), seen) as generator,
        pytest.raises(TargetError, match=r"http://127.0.0.1:9 cannot be reached"),
    ):
        generator.start()


def test_a_missing_worker_is_named_at_the_start(
    iris: Any, make_settings: Callable[..., Any], seen: Any
) -> None:
    """After `generator.start_timeout_s`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    group = {"processes": 1, "workers": 1, "start_timeout_s": 4, "preflight_factor": 0}
    settings = make_settings(iris.url, generator={**group, "master_port": port})
    with (
        Generator(settings, Clock.start(), seen) as generator,
        pytest.raises(GeneratorError, match="1 workers of other machines were ready"),
    ):
        generator.start()
