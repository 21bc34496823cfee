from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.record.observations import FaultOutcome, LoadSample


@dataclass(frozen=True, slots=True)
class Damage:
    """What a fault did; `in_flight` requests it may have cost: those on the killed process."""

    in_flight: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """A fault that was injected, before what clients saw of it is known.

    Times are in seconds of the run.
    """

    fault: str
    t_s: float
    end_s: float
    damage: Damage
    recovered_s: float | None
    """Seconds until the service was whole again; None if it was not before `end_s`."""

    def outcome(self, load: Sequence[LoadSample], *, retries: int) -> FaultOutcome:
        """What clients saw until the next fault, against what the goal allows.

        Where clients retry, no failure is allowed: a request that was on the killed process has to
        succeed when it is sent again.
        """
        seen = [sample for sample in load if self.t_s <= sample.t_s <= self.end_s]
        failures = sum(sample.failures for sample in seen)
        allowed = 0 if retries else self.damage.in_flight
        return FaultOutcome(
            fault=self.fault,
            t_s=self.t_s,
            end_s=self.end_s,
            failures=failures,
            retried=sum(sample.retried for sample in seen),
            allowed=allowed,
            recovered_s=self.recovered_s,
            passed=failures <= allowed and self.recovered_s is not None,
            detail=self.damage.detail,
        )


class Fault(ABC):
    """Something that happens to a service."""

    name: str

    @abstractmethod
    def inject(self) -> Damage:
        """Raises a LoadTestError where it could not be done."""

    @abstractmethod
    def recovered(self) -> bool:
        """Whether the service is whole again."""

    def undo(self) -> None:  # noqa: B027 - most faults are healed by the service itself
        """Takes away what would be in the way of the next fault."""
