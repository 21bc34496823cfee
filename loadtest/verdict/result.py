"""The verdict of a run: rules with what was asked and what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["passed", "failed", "invalid"]
EXIT_CODES: dict[Status, int] = {"passed": 0, "failed": 1, "invalid": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """One rule and how it went."""

    name: str
    """Short and stable, for machines: `start-replicas`."""
    title: str
    """A sentence for people: `Requests per second in the plateau`."""
    asked: str
    measured: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All rules, and what makes the run worthless as a proof."""

    rules: tuple[RuleResult, ...]
    validity: tuple[RuleResult, ...]
    """Checks of the run itself: the generator's CPU, its asked rate, its workers."""

    @property
    def status(self) -> Status:
        """`invalid` wins over `failed`: a run that proves nothing has not failed either."""
        if not all(check.passed for check in self.validity):
            return "invalid"
        return "passed" if all(rule.passed for rule in self.rules) else "failed"

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.status]
