"""The run while it goes on: a table in a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import threading
from collections import deque
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from loadtest.record.counts import percentile, summed
from loadtest.record.lines import Observation
from loadtest.record.observations import Event, GeneratorSample, LoadSample, Phase, ReplicaSample
from loadtest.report._series import ongoing

_BARS = " ▁▂▃▄▅▆▇█"
_HISTORY_S = 60
_LINE_EVERY_S = 5.0
_LATEST_S = 3
_EVENTS_SHOWN = 6


class LiveView:
    """Shows what is observed, on stderr; a console that is no terminal gets plain lines."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._lock = threading.Lock()
        self._load: deque[LoadSample] = deque(maxlen=_HISTORY_S)
        self._replicas: deque[ReplicaSample] = deque(maxlen=_HISTORY_S)
        self._generator: dict[str, GeneratorSample] = {}
        self._events: deque[Event] = deque(maxlen=_EVENTS_SHOWN)
        self._phase = ("starting", 0.0)
        self._requests = self._failures = 0
        self._last_line_s = -_LINE_EVERY_S
        self._live = Live(console=self._console, get_renderable=self._render, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def begin_phase(self, phase: Phase) -> None:
        with self._lock:
            self._phase = (phase.name, phase.end_s)

    def __call__(self, observation: Observation) -> None:
        with self._lock:
            self._keep(observation)
        if self._console.is_terminal:
            return
        if isinstance(observation, Event):
            self._console.print(_event_line(observation), highlight=False, soft_wrap=True)
        elif isinstance(observation, LoadSample) and (
            observation.t_s >= self._last_line_s + _LINE_EVERY_S
        ):
            self._last_line_s = observation.t_s
            line = ", ".join(f"{name} {value}" for name, value in self._facts())
            self._console.print(line, highlight=False, soft_wrap=True)

    def _keep(self, observation: Observation) -> None:
        if isinstance(observation, LoadSample):
            self._load.append(observation)
            self._requests += observation.requests
            self._failures += observation.failures
        elif isinstance(observation, ReplicaSample):
            self._replicas.append(observation)
        elif isinstance(observation, GeneratorSample):
            self._generator[observation.worker] = observation
        elif isinstance(observation, Event):
            self._events.append(observation)

    def _facts(self) -> list[tuple[str, str]]:
        with self._lock:
            load, replicas = list(self._load), list(self._replicas)[-1:]
            phase, end_s = self._phase
            busiest = max((one.cpu_percent for one in self._generator.values()), default=None)
        last = load[-1] if load else None
        recent = summed(sample.latencies for sample in load[-_LATEST_S:])
        now = replicas[0] if replicas else None
        waiting = ongoing(now) if now else None
        return [
            ("at", f"{last.t_s:.0f} s, {phase} until {end_s:.0f} s" if last else phase),
            ("requests/s", f"{last.requests:,}" if last else "-"),
            ("p50", _ms(percentile(recent, 0.50))),
            ("p99", _ms(percentile(recent, 0.99))),
            ("failed", f"{self._failures:,} of {self._requests:,}"),
            ("replicas", f"{now.running} running, {now.target} wanted" if now else "unknown"),
            ("ongoing", f"{waiting:.0f}" if waiting is not None else "unknown"),
            ("generator CPU", f"{busiest:.0f} %" if busiest is not None else "-"),
        ]

    def _render(self) -> Group:
        table = Table.grid(padding=(0, 2))
        for name, value in self._facts():
            table.add_row(Text(name, style="dim"), Text(value, style="bold"))
        with self._lock:
            rps = [sample.requests for sample in self._load]
            running = [sample.running for sample in self._replicas]
            events = [_event_line(event) for event in self._events]
        table.add_row(Text("requests/s", style="dim"), Text(_sparkline(rps), style="blue"))
        table.add_row(Text("running", style="dim"), Text(_sparkline(running), style="green"))
        return Group(table, *(Text(line, style="dim") for line in events))


def _event_line(event: Event) -> str:
    detail = f": {event.detail}" if event.detail else ""
    return f"{event.t_s:6.1f} s  {event.kind} {event.name}{detail}"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:g} ms"


def _sparkline(values: list[int]) -> str:
    most = max([*values, 1])
    return "".join(_BARS[round(value / most * (len(_BARS) - 1))] for value in values)
