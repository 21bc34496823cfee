"""One measured combination of server, connections and rows."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

_BUSY = 0.9


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement.

    Attributes:
        rps: Successful requests per second.
        errors: Requests that failed.
        p50_ms: Median latency.
        p99_ms: 99th percentile.
        server_cpu_us: CPU of all the server's processes per request; None where not measured.
        generator_cpu: Share of a core that the generator used.
        rss_bytes: Resident memory of the server's processes, pages that they share counted once
            for each; None where not measured.
    """

    rps: float
    errors: int
    p50_ms: float
    p99_ms: float
    server_cpu_us: float | None
    generator_cpu: float
    rss_bytes: int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """All measurements of one combination; its figures are medians over the rounds."""

    server: str
    connections: int
    rows: int
    samples: tuple[Sample, ...]

    @property
    def rps(self) -> float:
        """Requests per second."""
        return median(sample.rps for sample in self.samples)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and highest requests per second."""
        found = [sample.rps for sample in self.samples]
        return min(found), max(found)

    @property
    def p50_ms(self) -> float:
        """Median latency."""
        return median(sample.p50_ms for sample in self.samples)

    @property
    def p99_ms(self) -> float:
        """99th percentile of the latency."""
        return median(sample.p99_ms for sample in self.samples)

    @property
    def cpu_us(self) -> float | None:
        """CPU microseconds of the server per request, None where not measured."""
        found = [s.server_cpu_us for s in self.samples if s.server_cpu_us is not None]
        return median(found) if found else None

    @property
    def per_cpu_s(self) -> float | None:
        """Requests per CPU second of the server, None where not measured."""
        return 1e6 / self.cpu_us if self.cpu_us else None

    @property
    def rss_bytes(self) -> int | None:
        """Most resident memory that was seen, None where not measured."""
        return max((s.rss_bytes for s in self.samples if s.rss_bytes is not None), default=None)

    @property
    def errors(self) -> int:
        """All requests that failed."""
        return sum(sample.errors for sample in self.samples)

    @property
    def is_limited(self) -> bool:
        """Whether the generator was the limit: more would have been possible."""
        return median(sample.generator_cpu for sample in self.samples) >= _BUSY
