"""ML.PREDICT: BigQuery's rules for NULL, unseen categories and types of the input columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from bqml_export.embedded.ml.data.classes import Classes
from bqml_export.embedded.ml.data.columns import (
    NUMERIC_TYPES,
    Floats,
    base_type,
    find_field,
    is_array,
)
from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.features.design import Layout
from bqml_export.embedded.ml.features.feature_columns import flat_values
from bqml_export.embedded.ml.features.preprocessing import Feature
from bqml_export.embedded.ml.model.evaluation import decide
from bqml_export.embedded.ml.optimizers.losses import probabilities
from bqml_export.errors import InvalidQueryError


def linear_predictor(
    table: Table, feature_columns: Sequence[Field], layout: Layout, coefficients: Floats
) -> Floats:
    """Returns the sum of raw-scale weights for each row of `table`, float64 [n, k]."""
    values = feature_values(table, feature_columns)
    result = np.tile(coefficients[-1], (table.num_rows, 1))
    # A number near the largest double may overflow to infinity here, as it does in BigQuery.
    with np.errstate(over="ignore", invalid="ignore"):
        for _feature, term in terms(layout, coefficients, values, table.num_rows):
            result += term
    return result


def terms(
    layout: Layout, coefficients: Floats, values: Mapping[str, Sequence[Value]], rows: int
) -> Iterator[tuple[Feature, Floats]]:
    """Yields what each feature adds to the sum of raw-scale weights, float64 [n, k]."""
    for i, numeric in enumerate(layout.numeric):
        yield numeric, np.outer(numeric.encode(values[numeric.name]), coefficients[i])
    for feature, first in zip(layout.categorical, layout.offsets(), strict=True):
        size = len(feature.categories)
        # One more row of zeros, which the code of an unseen category (-1) points at.
        own = np.vstack([coefficients[first : first + size], np.zeros((1, coefficients.shape[1]))])
        term = np.zeros((rows, coefficients.shape[1]))
        for entry in feature.entries(values[feature.name]):
            term += entry.scale(own[entry.codes])
        yield feature, term


def feature_values(table: Table, wanted: Sequence[Field]) -> Mapping[str, Sequence[Value]]:
    """Returns the columns that the model sees, from the feature columns `wanted` of `table`."""
    found: dict[str, Sequence[Value]] = {}
    for field in wanted:
        column = find_field(table, field.name)
        if column is None:
            raise InvalidQueryError(
                f"Column {field.name}, a feature of the model, is missing from the input data."
            )
        check_type(column, field, field.name)
        renamed = Table(table.fields, {field.name: table.columns[column.name]}, table.num_rows)
        found |= flat_values(renamed, [field])
    return found


def check_type(given: Field, wanted: Field, path: str) -> None:
    """Refuses a column `given` that cannot stand for the column `wanted` of training."""
    types = {base_type(given), base_type(wanted)}
    if (len(types) > 1 and not types <= NUMERIC_TYPES) or is_array(given) != is_array(wanted):
        raise InvalidQueryError(
            f"Column {path} must be {_type_name(wanted)} as in training, but is "
            f"{_type_name(given)}; "
            "cast it."
        )
    for part in wanted.fields:
        match = next((f for f in given.fields if f.name == part.name), None)
        if match is None:
            raise InvalidQueryError(f"Column {path} lacks the field {part.name} of training.")
        check_type(match, part, f"{path}.{part.name}")


def _type_name(field: Field) -> str:
    return f"ARRAY<{field.type}>" if is_array(field) else field.type


def regression_table(table: Table, label: Field, eta: Floats) -> Table:
    name = f"predicted_{label.name}"
    return prepend(table, {Field(name, "FLOAT64"): eta[:, 0].tolist()})


def class_table(
    table: Table, label: Field, classes: Classes, eta: Floats, threshold: float | None
) -> Table:
    """Returns `predicted_L` and `predicted_L_probs`, likeliest first, before those of `table`."""
    probs = probabilities(eta)
    order = np.argsort(-probs, axis=1, kind="stable")
    ranked = np.take_along_axis(probs, order, axis=1)
    labels = classes.labels
    struct = (Field("label", label.type), Field("prob", "FLOAT64"))
    name = f"predicted_{label.name}"
    return prepend(
        table,
        {
            Field(name, label.type): [labels[k] for k in decide(probs, threshold)],
            Field(f"{name}_probs", "STRUCT", "REPEATED", struct): [
                [{"label": labels[k], "prob": p} for k, p in zip(ks, ps, strict=True)]
                for ks, ps in zip(order.tolist(), ranked.tolist(), strict=True)
            ],
        },
    )


def prepend(table: Table, new: Mapping[Field, Sequence[Value]]) -> Table:
    """Returns `table` with the columns `new` before its own, which must have other names."""
    for field in new:
        if find_field(table, field.name):
            raise InvalidQueryError(
                f"The input data already has a column {field.name}, the name of the prediction; "
                "rename it."
            )
    columns = {field.name: values for field, values in new.items()} | dict(table.columns)
    return Table((*new, *table.fields), columns, table.num_rows)
