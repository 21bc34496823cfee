"""AUTO_STRATEGY: when the normal equation is used and when gradient descent."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bqml_export.embedded.ml.features.design import Layout
from bqml_export.embedded.ml.features.preprocessing import CategoricalFeature
from bqml_export.embedded.ml.options.training_options import parse_options
from bqml_export.embedded.ml.training._strategy import choose_strategy
from bqml_export.errors import InvalidQueryError
from bqml_export.sql.values import OptionValue

EXACT, DESCENT = "NORMAL_EQUATION", "BATCH_GRADIENT_DESCENT"
CASES: Sequence[tuple[dict[str, OptionValue], int, int, str]] = [
    ({}, 10, 100, EXACT),
    ({}, 10, 99, DESCENT),
    ({"l1_reg": 0.1}, 10, 1000, DESCENT),
    ({"l2_reg": 0.1}, 10, 1000, EXACT),
    ({"warm_start": True}, 10, 1000, DESCENT),
    ({}, 10_000, 100_000, EXACT),
    ({}, 10_001, 1_000_000, DESCENT),
    ({"optimize_strategy": DESCENT}, 10, 1000, DESCENT),
    ({"optimize_strategy": EXACT}, 10, 50, EXACT),
    ({"model_type": "logistic_reg"}, 10, 1000, DESCENT),
]


def layout(cardinality: int) -> Layout:
    """Returns the layout of one column with that many categories."""
    names = tuple(str(i) for i in range(cardinality))
    return Layout((CategoricalFeature("c", "STRING", names, 0),), fit_intercept=True)


@pytest.mark.parametrize(("options", "cardinality", "rows", "expected"), CASES)
def test_strategy_follows_bigquerys_rule(
    options: dict[str, OptionValue], cardinality: int, rows: int, expected: str
) -> None:
    """Penalty, warm start, width and rows per column decide, as the create-glm page says."""
    parsed = parse_options({"model_type": "linear_reg", **options})
    assert choose_strategy(parsed, layout(cardinality), rows) == expected


def test_normal_equation_is_refused_for_very_wide_features() -> None:
    """More than 10,000 columns in all are an error if NORMAL_EQUATION was asked for."""
    parsed = parse_options({"model_type": "linear_reg", "optimize_strategy": EXACT})
    with pytest.raises(InvalidQueryError, match=r"NORMAL_EQUATION.*10000.*10001"):
        choose_strategy(parsed, layout(10_001), 10**6)
