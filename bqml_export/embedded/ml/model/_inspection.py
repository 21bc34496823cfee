"""What ML.WEIGHTS, ML.FEATURE_INFO and ML.TRAINING_INFO show of a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bqml_export.embedded.ml.data.classes import Classes
from bqml_export.embedded.ml.data.columns import Floats, category_label
from bqml_export.embedded.ml.data.entries import NULL_CATEGORY
from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.features.array_features import VectorFeature
from bqml_export.embedded.ml.features.design import Layout
from bqml_export.embedded.ml.features.preprocessing import Feature, NumericFeature
from bqml_export.embedded.ml.optimizers.progress import Iteration

INTERCEPT = "__INTERCEPT__"

_CATEGORY_WEIGHT = (Field("category", "STRING"), Field("weight", "FLOAT64"))
_WEIGHTS = (
    Field("processed_input", "STRING"),
    Field("weight", "FLOAT64"),
    Field("category_weights", "STRUCT", "REPEATED", _CATEGORY_WEIGHT),
)
_FEATURE_INFO = (
    Field("input", "STRING"),
    Field("min", "FLOAT64"),
    Field("max", "FLOAT64"),
    Field("mean", "FLOAT64"),
    Field("median", "FLOAT64"),
    Field("stddev", "FLOAT64"),
    Field("category_count", "INT64"),
    Field("null_count", "INT64"),
    Field("dimension", "INT64"),
)
_TRAINING_INFO = (
    Field("training_run", "INT64"),
    Field("iteration", "INT64"),
    Field("loss", "FLOAT64"),
    Field("eval_loss", "FLOAT64"),
    Field("learning_rate", "FLOAT64"),
    Field("duration_ms", "INT64"),
)


def weights_table(
    layout: Layout, coefficients: Floats, label: Field, classes: Classes | None
) -> Table:
    """Returns ML.WEIGHTS; with three or more classes each row also has its class_label."""
    if classes is None or classes.outputs == 1:
        return Table.from_rows(_WEIGHTS, list(_weight_rows(layout, coefficients, 0)))
    rows = [
        row | {"class_label": class_label}
        for k, class_label in enumerate(classes.labels)
        for row in _weight_rows(layout, coefficients, k)
    ]
    return Table.from_rows((*_WEIGHTS, Field("class_label", label.type)), rows)


def _weight_rows(layout: Layout, coefficients: Floats, k: int) -> Iterator[dict[str, Value]]:
    column: list[float] = coefficients[:, k].tolist()
    places = {f.name: i for i, f in enumerate(layout.numeric)}
    places |= {f.name: at for f, at in zip(layout.categorical, layout.offsets(), strict=True)}
    for feature in layout.features:
        at = places[feature.name]
        if isinstance(feature, NumericFeature):
            yield _weight_row(feature.name, column[at], [])
            continue
        named = zip(feature.categories, column[at:], strict=False)
        texts = [
            {"category": category_label(feature.type, text), "weight": weight}
            for text, weight in named
        ]
        yield _weight_row(feature.name, None, texts)
    if layout.fit_intercept:
        yield _weight_row(INTERCEPT, column[-1], [])


def _weight_row(
    name: str, weight: float | None, by_category: list[dict[str, Value]]
) -> dict[str, Value]:
    return {"processed_input": name, "weight": weight, "category_weights": by_category}


def feature_info_table(features: Sequence[Feature]) -> Table:
    """Returns ML.FEATURE_INFO; statistics of a categorical column are NULL."""
    return Table.from_rows(_FEATURE_INFO, [_feature_info(f) for f in features])


def _feature_info(feature: Feature) -> dict[str, Value]:
    if isinstance(feature, VectorFeature):
        return {
            "input": feature.name,
            "null_count": feature.null_count,
            "dimension": feature.size,
        }
    if not isinstance(feature, NumericFeature):
        return {
            "input": feature.name,
            "category_count": len(set(feature.categories) - {NULL_CATEGORY}),
            "null_count": feature.null_count,
        }
    return {
        "input": feature.name,
        "min": feature.minimum,
        "max": feature.maximum,
        "mean": feature.mean,
        "median": feature.median,
        "stddev": feature.stddev,
        "null_count": feature.null_count,
    }


def training_info_table(iterations: Sequence[Iteration]) -> Table:
    rows: list[dict[str, Value]] = [
        {
            "training_run": 0,
            "iteration": i.index,
            "loss": i.loss,
            "eval_loss": i.eval_loss,
            "learning_rate": i.learning_rate,
            "duration_ms": i.duration_ms,
        }
        for i in iterations
    ]
    return Table.from_rows(_TRAINING_INFO, rows)
