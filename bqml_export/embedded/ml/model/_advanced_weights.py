"""ML.ADVANCED_WEIGHTS: weights with their standard errors and p-values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bqml_export.embedded.ml.data.columns import Floats, category_label
from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.features.design import Layout
from bqml_export.embedded.ml.features.preprocessing import NumericFeature
from bqml_export.embedded.ml.model._inspection import INTERCEPT
from bqml_export.embedded.ml.optimizers.student_t import two_sided_p

_FIELDS = (
    Field("processed_input", "STRING"),
    Field("category", "STRING"),
    Field("weight", "FLOAT64"),
    Field("standard_error", "FLOAT64"),
    Field("p_value", "FLOAT64"),
)


def advanced_weights_table(
    layout: Layout, weights: Floats, errors: Sequence[float], degrees_of_freedom: int | None
) -> Table:
    """Returns one row per column of the design; the category that was dropped has no error.

    `weights` are [d, 1] and `errors` of length d; without `degrees_of_freedom` the test of a
    weight is a normal one and no t test.
    """
    rows: list[dict[str, Value]] = []
    for name, category, column in _columns(layout):
        weight, error = float(weights[column, 0]), errors[column]
        row: dict[str, Value] = {"processed_input": name, "category": category, "weight": weight}
        if not math.isnan(error):
            statistic = weight / error if error > 0 else math.inf
            row |= {
                "standard_error": error,
                "p_value": two_sided_p(statistic, degrees_of_freedom),
            }
        rows.append(row)
    return Table.from_rows(_FIELDS, rows)


def _columns(layout: Layout) -> Iterator[tuple[str, str | None, int]]:
    places = {f.name: i for i, f in enumerate(layout.numeric)}
    places |= {f.name: at for f, at in zip(layout.categorical, layout.offsets(), strict=True)}
    for feature in layout.features:
        at = places[feature.name]
        if isinstance(feature, NumericFeature):
            yield feature.name, None, at
        else:
            for i, text in enumerate(feature.categories):
                yield feature.name, category_label(feature.type, text), at + i
    yield INTERCEPT, None, layout.width - 1
