"""How one try of a request ended, whatever carried it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outcome:
    """One try; an empty `replica` is not known.

    `is_temporary`: sending it again may help: 502, 503, a lost connection. `retry_after_s` is None
    where the service did not say.
    """

    fault: str | None
    replica: str = ""
    size_bytes: int = 0
    is_temporary: bool = False
    retry_after_s: float | None = None


class Sender(Protocol):
    """Sends the requests of one user over a connection of its own."""

    method: str
    """How Locust's statistics call it: `POST`, `gRPC`."""
    name: str
    """Path or method that is called."""

    def send(self) -> None:
        """Picks the request that the next tries are about."""

    def attempt(self) -> Outcome:
        """Sends that request once and judges the answer."""

    def close(self) -> None:
        """Closes the connection."""
