"""Tail probabilities of the normal and of Student's t distribution.

numpy has neither, and scipy would be 100 MB for these few lines.
"""

from __future__ import annotations

import math

_SMALLEST = 1e-300
_TOLERANCE = 1e-15
_MOST_TERMS = 10_000


def two_sided_p(statistic: float, degrees_of_freedom: int | None) -> float:
    """Returns P(|T| >= |statistic|); of the normal distribution without degrees of freedom."""
    if math.isnan(statistic):
        return math.nan
    if degrees_of_freedom is None:
        return math.erfc(abs(statistic) / math.sqrt(2))
    n = float(degrees_of_freedom)
    return _incomplete_beta(n / 2, 0.5, n / (n + statistic * statistic))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Returns the regularised incomplete beta function I_x(a, b)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(log_front + a * math.log(x) + b * math.log1p(-x))
    # The continued fraction converges fast on one side of the mean only.
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(a, b, x) / a
    return 1 - front * _continued_fraction(b, a, 1 - x) / b


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Lentz's method (Numerical Recipes, 6.4)."""
    c, d = 1.0, _inverse(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d, c = _inverse(1 + term * d), 1 + term / _away_from_zero(c)
            step = d * c
            result *= step
        if abs(step - 1) < _TOLERANCE:
            break
    return result


def _inverse(value: float) -> float:
    return 1 / _away_from_zero(value)


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _SMALLEST else _SMALLEST
