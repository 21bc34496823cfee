"""One run from its start to its record."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from loadtest.chaos.faults import faults_of
from loadtest.chaos.series import FaultSeries
from loadtest.generator.generator import Generator
from loadtest.generator.preflight import require_fast_enough
from loadtest.record.observations import Event, Phase, RunRecord
from loadtest.record.store import Journal
from loadtest.replicas.serve_details import PATH, details_of
from loadtest.replicas.watch import ReplicaWatch
from loadtest.run import environment
from loadtest.run._observer import Observer, View
from loadtest.run._phase_watch import BackAtMinimum, PhaseWatch
from loadtest.run.target import RunTarget, run_target
from loadtest.run_clock import Clock
from loadtest.service.process_tree import UsageWatch
from loadtest.settings.load_test import LoadTestSettings
from loadtest.traffic.load_profile import LoadProfile, phases
from loadtest.traffic.service_pages import ServicePages
from loadtest.verdict.validity import INTERRUPTED


def run(settings: LoadTestSettings, folder: Path, view: View) -> RunRecord:
    """What is observed is also in `folder`; Ctrl-C ends a run early, and its record says so."""
    with run_target(settings, folder) as target:
        proof = require_fast_enough(target.settings)
        clock = Clock.start()
        head = RunRecord(
            started_at=clock.started_at,
            settings=target.settings.model_dump(mode="json"),
            environment=_environment(target),
        )
        with Journal(folder, head) as journal:
            if proof:
                journal.add(Event(t_s=0.0, kind="generator", name="preflight", detail=str(proof)))
            _Run(target, clock, Observer(journal, view), folder).go()
            return journal.finish()


def _environment(target: RunTarget) -> dict[str, object]:
    details = None
    found: dict[str, object] = {
        "machine": environment.machine(),
        "versions": environment.versions(),
    }
    if target.dashboard:
        names = target.settings.replicas
        document = target.dashboard.get(PATH)
        details = details_of(document, names.application, names.deployment)
        found["cluster"] = environment.cluster(target.dashboard, details)
    local = target.service.settings if target.service else {}
    found["service"] = environment.service(local, details)
    pages = ServicePages(target.settings.target)
    found["model"] = {"name": pages.model_name(), "asked": pages.model_path()}
    return found


class _Run:
    def __init__(self, target: RunTarget, clock: Clock, observer: Observer, folder: Path) -> None:
        self._target, self._clock, self._observer = target, clock, observer
        self._settings = target.settings
        self._folder = folder
        self._faults: FaultSeries | None = None

    def go(self) -> None:
        try:
            with ExitStack() as parts:
                reason = self._follow_phases(parts)
        except KeyboardInterrupt:
            reason = "it was interrupted"
        if reason:
            self._say(INTERRUPTED, reason)
        self._judge_faults()

    def _follow_phases(self, parts: ExitStack) -> str:
        watch = self._watch_replicas(parts)
        self._watch_processes(parts)
        generator = parts.enter_context(
            Generator(self._settings, self._clock, self._observer, self._folder)
        )
        generator.start()
        planned = phases(self._settings.phases, generator.begin())
        self._begin_faults(parts, watch, planned)
        back = BackAtMinimum(
            watch if self._settings.phases.end_when_back else None,
            self._settings.rules.end_replicas,
            self._clock,
        )
        return PhaseWatch(planned, self._clock, self._observer).follow(generator, back)

    def _watch_replicas(self, parts: ExitStack) -> ReplicaWatch | None:
        if self._target.dashboard is None:
            self._say("no replicas", "replicas.dashboard_url is empty")
            return None
        return parts.enter_context(
            ReplicaWatch(
                self._settings.replicas, self._target.dashboard, self._clock, self._observer
            )
        )

    def _watch_processes(self, parts: ExitStack) -> None:
        if self._target.service:
            period_s = self._settings.service.poll_s
            tree = self._target.service.processes
            usage = UsageWatch(tree, self._clock, period_s, self._observer)
            usage.start()
            parts.callback(usage.end)

    def _begin_faults(
        self, parts: ExitStack, watch: ReplicaWatch | None, planned: tuple[Phase, ...]
    ) -> None:
        names = self._settings.chaos.faults
        if not names:
            return
        service = self._target.service
        assert service
        assert watch
        model = ServicePages(self._settings.target).model_name()
        plateau = next(phase for phase in planned if phase.name == "plateau")
        goal = LoadProfile(self._settings, planned[0].start_s).goal(plateau.start_s)
        assert goal
        self._faults = FaultSeries(
            self._settings.chaos,
            faults_of(names, service, watch, model, goal.users),
            plateau.start_s,
            self._clock,
            self._observer,
        )
        self._faults.start()
        parts.callback(self._faults.end)

    def _judge_faults(self) -> None:
        load = self._observer.journal.record().load
        for injection in self._faults.injections if self._faults else []:
            retries = self._settings.traffic.retries
            self._observer(injection.outcome(load, retries=retries))

    def _say(self, name: str, detail: str) -> None:
        self._observer(Event(t_s=self._clock.now_s(), kind="note", name=name, detail=detail))
