"""ML.EXPLAIN_PREDICT and ML.GLOBAL_EXPLAIN: the Shapley values of a linear predictor.

BigQuery's rule for linear models is weight times value, both standardised: a number is measured
from its training mean, a category counts its own weight, and the baseline is the intercept of
the standardised weights. So baseline and attributions add up to the prediction exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bqml_export.embedded.ml.data.classes import Classes
from bqml_export.embedded.ml.data.columns import Floats
from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.features.design import Layout
from bqml_export.embedded.ml.features.preprocessing import NumericFeature
from bqml_export.embedded.ml.model._prediction import prepend, terms
from bqml_export.embedded.ml.model.evaluation import decide
from bqml_export.embedded.ml.optimizers.losses import probabilities

MOST_CLASS_FEATURES = 10
_PAIR = (Field("feature", "STRING"), Field("attribution", "FLOAT64"))
_ATTRIBUTIONS = Field("top_feature_attributions", "STRUCT", "REPEATED", _PAIR)


@dataclass(frozen=True, slots=True)
class Attributions:
    """The linear predictor of n rows: `base` [k] plus what each feature adds, `parts` [n, k]."""

    base: Floats
    parts: Mapping[str, Floats]


def attributions(
    layout: Layout, coefficients: Floats, values: Mapping[str, Sequence[Value]], rows: int
) -> Attributions:
    """Returns the attributions of rows of the columns that the model sees."""
    centers = dict(zip((f.name for f in layout.numeric), layout.centers.tolist(), strict=True))
    places = {f.name: i for i, f in enumerate(layout.numeric)}
    result: dict[str, Floats] = {}
    for feature, term in terms(layout, coefficients, values, rows):
        if isinstance(feature, NumericFeature):
            weight = coefficients[places[feature.name]]
            result[feature.name] = term - centers[feature.name] * weight
        else:
            result[feature.name] = term
    base = layout.to_standard_scale(coefficients)[-1]
    return Attributions(base, {f.name: result[f.name] for f in layout.features})


def regression_explanation(table: Table, label: Field, found: Attributions, top: int) -> Table:
    stacked = np.stack([part[:, 0] for part in found.parts.values()])
    total = found.base[0] + stacked.sum(axis=0)
    shown = {Field(f"predicted_{label.name}", "FLOAT64"): total.tolist()}
    bases = np.full(table.num_rows, found.base[0])
    return prepend(table, shown | _explained(list(found.parts), stacked, bases, total, top))


def class_explanation(
    table: Table,
    label: Field,
    classes: Classes,
    found: Attributions,
    *,
    top: int,
    threshold: float | None,
) -> Table:
    """Returns ML.EXPLAIN_PREDICT of a LOGISTIC_REG: log-odds of the class that is predicted."""
    base, stacked = found.base, np.stack(list(found.parts.values()))
    eta = base + stacked.sum(axis=0)
    probs = probabilities(eta)
    said = decide(probs, threshold)
    rows = np.arange(table.num_rows)
    if classes.outputs == 1:
        sign = np.where(said == 0, 1.0, -1.0)
        own, bases, total = stacked[:, :, 0] * sign, base[0] * sign, eta[:, 0] * sign
    else:
        own, bases, total = stacked[:, rows, said], base[said], eta[rows, said]
    shown: dict[Field, Sequence[Value]] = {
        Field(f"predicted_{label.name}", label.type): [classes.labels[k] for k in said],
        Field("probability", "FLOAT64"): probs[rows, said].tolist(),
    }
    return prepend(table, shown | _explained(list(found.parts), own, bases, total, top))


def _explained(
    names: Sequence[str], parts: Floats, bases: Floats, totals: Floats, top: int
) -> dict[Field, Sequence[Value]]:
    """Returns the columns that all explanations share; `parts` is [features, n]."""
    order = np.argsort(-np.abs(parts), axis=0, kind="stable")[:top]
    ranked = np.take_along_axis(parts, order, axis=0)
    pairs = [
        [{"feature": names[i], "attribution": a} for i, a in zip(column, values, strict=True)]
        for column, values in zip(order.T.tolist(), ranked.T.tolist(), strict=True)
    ]
    return {
        _ATTRIBUTIONS: pairs,
        Field("baseline_prediction_value", "FLOAT64"): bases.tolist(),
        Field("prediction_value", "FLOAT64"): totals.tolist(),
        Field("approximation_error", "FLOAT64"): [0.0] * len(pairs),
    }


def mean_attributions(found: Attributions) -> dict[str, tuple[float, ...]]:
    """Returns the mean absolute attribution by feature, one number per linear predictor."""
    return {name: tuple(np.abs(part).mean(axis=0).tolist()) for name, part in found.parts.items()}


def global_table(means: Mapping[str, tuple[float, ...]]) -> Table:
    """Returns ML.GLOBAL_EXPLAIN of the model as a whole, the most important feature first."""
    rows: list[dict[str, Value]] = [
        {"feature": name, "attribution": value}
        for name, value in _ranked({name: float(np.mean(own)) for name, own in means.items()})
    ]
    return Table.from_rows(_PAIR, rows)


def class_global_table(means: Mapping[str, tuple[float, ...]], classes: Classes) -> Table:
    """Returns ML.GLOBAL_EXPLAIN by class, at most 10 features each."""
    rows: list[dict[str, Value]] = []
    for k, text in enumerate(classes.texts):
        own = {name: values[min(k, len(values) - 1)] for name, values in means.items()}
        rows += [
            {"class_name": text, "feature": name, "attribution": value}
            for name, value in _ranked(own)[:MOST_CLASS_FEATURES]
        ]
    return Table.from_rows((Field("class_name", "STRING"), *_PAIR), rows)


def _ranked(values: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(values.items(), key=lambda item: -item[1])
