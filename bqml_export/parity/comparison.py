"""What is compared, how strictly, and whether two predictions agree."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from bqml_export.parity._prediction import Prediction


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two numbers may be apart: `absolute + relative * the larger magnitude`."""

    absolute: float = 1e-6
    relative: float = 1e-5

    def allows(self, one: float, other: float) -> bool:
        """Returns whether the numbers agree; NaN agrees with NaN, infinity with the same one."""
        return self.used(one, other) <= 1

    def used(self, one: float, other: float) -> float:
        """Returns how much of the tolerance the numbers need; beyond 1 they do not agree."""
        if one == other or (math.isnan(one) and math.isnan(other)):
            return 0.0
        bound = self.absolute + self.relative * max(abs(one), abs(other))
        if not math.isfinite(bound) or bound == 0:
            return math.inf
        return abs(one - other) / bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What the gate is asked for; a `query` takes the place of the training query.

    Without `maximum_bytes_billed` a query may read any amount; `wait_s` is for loading.
    """

    url: str
    rows: int = 100
    query: str | None = None
    tolerance: Tolerance = field(default_factory=Tolerance)
    maximum_bytes_billed: int | None = None
    wait_s: float = 60.0


def difference(warehouse: Prediction, endpoint: Prediction, tolerance: Tolerance) -> str | None:
    """Returns in what the endpoint differs, of several probabilities the worst; None: it agrees."""
    if warehouse.number is not None and endpoint.number is not None:
        if tolerance.allows(warehouse.number, endpoint.number):
            return None
        return f"{endpoint.number!r} in place of {warehouse.number!r}"
    expected, given = warehouse.probabilities or {}, endpoint.probabilities or {}
    if set(expected) != set(given):
        return f"the classes are {_listed(given)} in place of {_listed(expected)}"
    if warehouse.label != endpoint.label and not _tied(warehouse, endpoint, tolerance):
        return f"{endpoint.label} in place of {warehouse.label}"
    worst = max(expected, key=lambda name: tolerance.used(expected[name], given[name]))
    if tolerance.allows(expected[worst], given[worst]):
        return None
    return f"probability of {worst} is {given[worst]!r} in place of {expected[worst]!r}"


def tolerance_used(warehouse: Prediction, endpoint: Prediction, tolerance: Tolerance) -> float:
    """Returns how much of the tolerance the predictions need, of their numbers the worst."""
    if warehouse.number is not None and endpoint.number is not None:
        return tolerance.used(warehouse.number, endpoint.number)
    expected, given = warehouse.probabilities or {}, endpoint.probabilities or {}
    if set(expected) != set(given):
        return math.inf
    return max((tolerance.used(expected[name], given[name]) for name in expected), default=0.0)


def _tied(warehouse: Prediction, endpoint: Prediction, tolerance: Tolerance) -> bool:
    """Returns whether both classes are equally likely, so that either one is right."""
    probabilities = warehouse.probabilities or {}
    one, other = (probabilities.get(str(side.label)) for side in (warehouse, endpoint))
    return one is not None and other is not None and tolerance.allows(one, other)


def _listed(classes: Iterable[str]) -> str:
    return ", ".join(sorted(classes))
