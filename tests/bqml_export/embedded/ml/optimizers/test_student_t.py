"""Tail probabilities against scipy's."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from bqml_export.embedded.ml.optimizers.student_t import two_sided_p


@pytest.mark.parametrize("statistic", [0.0, 0.1, -1.0, 2.5, 12.0, 60.0])
@pytest.mark.parametrize("freedom", [1, 2, 7, 146, 100_000])
def test_p_values_are_those_of_the_t_distribution(statistic: float, freedom: int) -> None:
    """Both tails count, whatever the sign."""
    expected = 2 * stats.t.sf(abs(statistic), freedom)
    assert two_sided_p(statistic, freedom) == pytest.approx(expected, rel=1e-8, abs=1e-290)


def test_without_degrees_of_freedom_the_distribution_is_normal() -> None:
    """Logistic regression's weights are tested so."""
    assert two_sided_p(-1.96, None) == pytest.approx(2 * stats.norm.sf(1.96))


@pytest.mark.parametrize(("statistic", "p"), [(math.inf, 0.0), (math.nan, math.nan)])
def test_limits(statistic: float, p: float) -> None:
    """An infinite statistic cannot be chance; NaN stays NaN."""
    assert two_sided_p(statistic, 5) == pytest.approx(p, nan_ok=True)
