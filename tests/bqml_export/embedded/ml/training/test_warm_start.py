"""WARM_START: training goes on where the existing model ended."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bqml_export.embedded.ml.data.table import Table
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.errors import InvalidQueryError
from bqml_export.sql.values import OptionValue

MakeTable = Callable[..., Table]
Fit = Callable[..., GLMModel]

DESCENT: dict[str, OptionValue] = {"optimize_strategy": "BATCH_GRADIENT_DESCENT"}


def test_first_iteration_continues_the_last_one(iris: Table, fit: Fit) -> None:
    """Five iterations and then one more lose less than the five, not as much as the first."""
    first = fit(iris, "logistic_reg", labels=["species"], max_iterations=5)
    more = fit(iris, "logistic_reg", first, labels=["species"], max_iterations=1, warm_start=True)
    assert more.iterations[0].loss < first.iterations[-1].loss < first.iterations[0].loss


def test_weights_are_carried_over_to_other_data(make_table: MakeTable, fit: Fit) -> None:
    """On data with another mean and spread, the old weights are the start."""
    rng = np.random.default_rng(0)

    def table(names: str, shift: float) -> Table:
        c, x = rng.choice(list(names), 200), rng.normal(shift, 1 + shift, 200)
        label = 3 * x + (c == "a") * 2 + (c == "b") * 5
        return make_table(
            x=("FLOAT64", x.tolist()), c=("STRING", c.tolist()), label=("FLOAT64", label.tolist())
        )

    first = fit(table("abc", 0))
    later = fit(table("abc", 9), "linear_reg", first, warm_start=True, max_iterations=1)
    assert later.iterations[0].loss < 1e-9


@pytest.mark.parametrize(
    ("changed", "options", "named"),
    [
        ({"y": ("INT64", [1, 2, 3, 4])}, {}, "feature columns y"),
        ({"x": ("STRING", list("abab"))}, {}, "feature columns x"),
        ({"label": ("INT64", [0, 1, 2, 1])}, {}, "label label or its classes"),
        ({}, {"fit_intercept": False}, "FIT_INTERCEPT"),
        ({}, {"category_encoding_method": "DUMMY_ENCODING"}, "CATEGORY_ENCODING_METHOD"),
        ({}, {"model_type": "linear_reg"}, "MODEL_TYPE"),
    ],
)
def test_model_of_another_shape_cannot_be_continued(
    changed: dict[str, tuple[str, list[object]]],
    options: dict[str, OptionValue],
    named: str,
    make_table: MakeTable,
    fit: Fit,
) -> None:
    """Other features, classes or encoding are an error that names the difference."""
    columns = {"x": ("INT64", [1, 2, 3, 4]), "label": ("INT64", [0, 1, 0, 1])}
    first = fit(make_table(**columns), "logistic_reg")
    wanted = {"model_type": "logistic_reg", "warm_start": True, **options}
    with pytest.raises(InvalidQueryError, match=f"WARM_START=TRUE cannot.*{named}"):
        fit(make_table(**{**columns, **changed}), continued=first, **wanted)


def test_without_an_existing_model_it_is_an_error(iris: Table, fit: Fit) -> None:
    """WARM_START=TRUE with nothing to continue does not start from zero silently."""
    with pytest.raises(InvalidQueryError, match="WARM_START=TRUE needs a model"):
        fit(iris, "logistic_reg", labels=["species"], warm_start=True)
