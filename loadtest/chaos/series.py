"""Injects one fault after the other while the load goes on."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence

import psutil

from foundation.errors import BqmlError
from loadtest.chaos._fault import Damage, Fault, Injection
from loadtest.record.observations import Event
from loadtest.run_clock import Clock
from loadtest.settings.chaos import ChaosSettings

_POLL_S = 0.25


class FaultSeries(threading.Thread):
    """A thread that follows the plan of the settings."""

    def __init__(
        self,
        settings: ChaosSettings,
        faults: Sequence[Fault],
        begin_s: float,
        clock: Clock,
        listener: Callable[[Event], None],
    ) -> None:
        super().__init__(name="faults", daemon=True)
        self._settings, self._faults = settings, faults
        self._begin_s, self._clock, self._listener = begin_s, clock, listener
        self._ended = threading.Event()
        self.injections: list[Injection] = []

    def run(self) -> None:
        for number, fault in enumerate(self._faults):
            due_s = self._begin_s + self._settings.first_s + number * self._settings.apart_s
            if self._ended.wait(max(0.0, due_s - self._clock.now_s())):
                return
            self.injections.append(self._inject(fault, due_s + self._settings.apart_s))

    def end(self) -> None:
        self._ended.set()
        self.join()

    def _inject(self, fault: Fault, end_s: float) -> Injection:
        t_s = self._clock.now_s()
        try:
            damage = fault.inject()
        except (BqmlError, OSError, psutil.Error) as exc:
            self._say(fault.name, f"could not be injected: {exc}")
            damage = Damage(0, f"could not be injected: {exc}")
            return Injection(fault=fault.name, t_s=t_s, end_s=t_s, damage=damage, recovered_s=None)
        self._say(fault.name, damage.detail)
        recovered_s = self._recovery(fault, t_s, end_s)
        self._ended.wait(max(0.0, end_s - self._clock.now_s()))
        with contextlib.suppress(OSError):
            fault.undo()
        end_s = min(end_s, self._clock.now_s())
        return Injection(
            fault=fault.name, t_s=t_s, end_s=end_s, damage=damage, recovered_s=recovered_s
        )

    def _recovery(self, fault: Fault, t_s: float, end_s: float) -> float | None:
        while self._clock.now_s() < end_s and not self._ended.wait(_POLL_S):
            if fault.recovered():
                took_s = self._clock.now_s() - t_s
                self._say(f"{fault.name} healed", f"after {took_s:.1f} s")
                return took_s
        return None

    def _say(self, name: str, detail: str) -> None:
        self._listener(Event(t_s=self._clock.now_s(), kind="fault", name=name, detail=detail))
