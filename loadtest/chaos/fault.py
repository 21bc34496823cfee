"""What a fault is, and what is known of one that was injected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Damage:
    """What a fault did.

    Attributes:
        in_flight: Requests that it may have cost at once: those on the killed process.
        detail: What was done, for people.
    """

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


class Fault(Protocol):
    """Something that happens to a service."""

    name: str

    def inject(self) -> Damage:
        """Does it.

        Raises:
            LoadTestError: It could not be done.
        """

    def healed(self) -> bool:
        """Tells whether the service is whole again."""

    def undo(self) -> None:
        """Takes away what would be in the way of the next fault."""
