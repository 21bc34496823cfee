"""Whether two predictions agree."""

from __future__ import annotations

import math

import pytest

from bqml_export.parity._prediction import Prediction
from bqml_export.parity.comparison import Tolerance, difference, tolerance_used

STRICT = Tolerance(absolute=1e-6, relative=1e-5)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (1.0, 1.0 + 5e-6, True),
        (1.0, 1.0 + 5e-5, False),
        (0.0, 9e-7, True),
        (0.0, 2e-6, False),
        (-397358.0, -397359.0, True),
        (1e30, 1.00000001e30, True),
        (1e30, -1e30, False),
        (math.nan, math.nan, True),
        (math.nan, 1.0, False),
        (math.inf, math.inf, True),
        (math.inf, -math.inf, False),
        (math.inf, 1e308, False),
    ],
)
def test_numbers_agree_absolutely_or_relatively(one: float, other: float, agree: bool) -> None:
    """Huge predictions are compared by their size, tiny ones by their distance."""
    assert STRICT.allows(one, other) is agree
    assert STRICT.allows(other, one) is agree


@pytest.mark.parametrize(("number", "equal"), [(0.0, True), (1e-300, False)])
def test_no_tolerance_is_equality(number: float, equal: bool) -> None:
    """Zero is a tolerance too."""
    assert Tolerance(0, 0).allows(0.0, number) is equal


def classed(label: str, **probabilities: float) -> Prediction:
    """Returns a classifier's prediction."""
    return Prediction(label=label, probabilities=probabilities)


@pytest.mark.parametrize(
    ("warehouse", "endpoint", "sentence"),
    [
        (classed("a", a=0.6, b=0.4), classed("a", b=0.4, a=0.6), None),
        (classed("a", a=0.5, b=0.5), classed("b", a=0.5, b=0.5), None),
        (classed("a", a=0.6, b=0.4), classed("b", a=0.6, b=0.4), "b in place of a"),
        (
            classed("a", a=0.6, b=0.3, c=0.1),
            classed("a", a=0.61, b=0.2, c=0.19),
            "probability of c is 0.19 in place of 0.1",
        ),
        (
            classed("a", a=0.6, b=0.4),
            classed("a", a=0.6, c=0.4),
            "the classes are a, c in place of a, b",
        ),
        (Prediction(number=1.0), Prediction(number=1.1), "1.1 in place of 1.0"),
    ],
)
def test_a_difference_is_one_sentence(
    warehouse: Prediction, endpoint: Prediction, sentence: str | None
) -> None:
    """Classes are matched by name; of equally likely ones either may be the prediction."""
    assert difference(warehouse, endpoint, STRICT) == sentence


def test_the_worst_number_says_how_much_of_the_tolerance_is_used() -> None:
    """One is the limit, other classes are beyond every limit."""
    used = tolerance_used(
        classed("a", a=1.0, b=0.0), classed("a", a=1.0, b=5e-7), Tolerance(1e-6, 0)
    )
    assert used == pytest.approx(0.5)
    assert tolerance_used(classed("a", a=1.0), classed("a", b=1.0), STRICT) == math.inf
