"""All settings of a load test: frozen, typed, validated once, unknown keys refused."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import model_validator

from foundation.settings.group import Group
from loadtest.settings.chaos import ChaosSettings
from loadtest.settings.generator import GeneratorSettings
from loadtest.settings.phases import PhaseSettings
from loadtest.settings.plan import PlanSettings
from loadtest.settings.replicas import ReplicaSettings
from loadtest.settings.rules import RuleSettings
from loadtest.settings.service import ServiceSettings
from loadtest.settings.target import TargetSettings
from loadtest.settings.traffic import TrafficSettings


class ReportSettings(Group):
    """Where the report goes."""

    folder: Path = Path("loadtest_reports")
    """Folder that gets one sub-folder per run, named after its start."""


class LoadTestSettings(Group):
    """All settings of a load test."""

    target: TargetSettings = TargetSettings()
    """The service under load."""
    traffic: TrafficSettings = TrafficSettings()
    """The requests."""
    phases: PhaseSettings = PhaseSettings()
    """The course of the load."""
    generator: GeneratorSettings = GeneratorSettings()
    """The load generator."""
    replicas: ReplicaSettings = ReplicaSettings()
    """How the replicas are watched."""
    rules: RuleSettings = RuleSettings()
    """What the run must show to pass."""
    service: ServiceSettings = ServiceSettings()
    """A service of the run's own."""
    chaos: ChaosSettings = ChaosSettings()
    """Faults under load."""
    report: ReportSettings = ReportSettings()
    """What is left of the run."""
    plan: PlanSettings = PlanSettings()
    """The capacity plan."""

    @model_validator(mode="after")
    def _faults_need_our_own_service(self) -> Self:
        if self.chaos.faults and not self.service.start:
            raise ValueError(
                "chaos.faults needs service.start=true: processes are killed and versions are "
                "published, which this tool does to nothing but a service of its own"
            )
        return self

    @model_validator(mode="after")
    def _faults_fit_the_plateau(self) -> Self:
        needed_s = self.chaos.first_s + len(self.chaos.faults) * self.chaos.apart_s
        if self.chaos.faults and needed_s > self.phases.plateau_s:
            raise ValueError(
                f"phases.plateau_s ({self.phases.plateau_s:g}) is too short for "
                f"{len(self.chaos.faults)} faults: chaos.first_s and chaos.apart_s need "
                f"{needed_s:g} s"
            )
        return self

    @model_validator(mode="after")
    def _the_plateau_can_sustain(self) -> Self:
        if self.rules.min_rps and self.rules.sustained_s > self.phases.plateau_s:
            raise ValueError(
                f"rules.sustained_s ({self.rules.sustained_s:g}) is longer than "
                f"phases.plateau_s ({self.phases.plateau_s:g})"
            )
        return self
