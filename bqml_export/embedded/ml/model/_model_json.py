"""A model as JSON and back, exactly: Python's float repr keeps every bit of a double."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from bqml_export.embedded.ml.data.classes import Classes, Label
from bqml_export.embedded.ml.data.table import Field
from bqml_export.embedded.ml.features.array_features import MultiHotFeature, VectorFeature
from bqml_export.embedded.ml.features.design import Layout
from bqml_export.embedded.ml.features.preprocessing import (
    CategoricalFeature,
    Feature,
    NumericFeature,
)
from bqml_export.embedded.ml.model.training_report import TrainingReport
from bqml_export.embedded.ml.model.transform import Transform
from bqml_export.embedded.ml.optimizers.progress import Iteration
from bqml_export.embedded.ml.options.training_options import TrainingOptions
from bqml_export.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bqml_export.embedded.ml.model.glm_model import GLMModel

FORMAT = 2


def to_json(model: GLMModel) -> dict[str, Any]:
    classes = model.classes
    return {
        "format": FORMAT,
        "options": model.options.to_json(),
        "strategy": model.strategy,
        "feature_columns": [asdict(f) for f in model.feature_columns],
        "label": asdict(model.label),
        "features": [{"kind": type(f).__name__, **asdict(f)} for f in model.layout.features],
        "classes": None if classes is None else [_label_to_json(v) for v in classes.labels],
        "coefficients": model.coefficients.tolist(),
        "iterations": [asdict(i) for i in model.iterations],
        "metrics": dict(model.metrics),
        "train_rows": model.train_rows,
        "eval_rows": model.eval_rows,
        "report": model.report.to_json(),
        "transform": None if model.transform is None else model.transform.to_json(),
    }


def from_json(data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the arguments of GLMModel; StorageError: another version of this program wrote."""
    if data.get("format") != FORMAT:
        raise StorageError(
            f"Stored model has format {data.get('format')!r}, expected {FORMAT}; train it again."
        )
    options, classes = TrainingOptions.from_json(data["options"]), data["classes"]
    features = tuple(_feature(f) for f in data["features"])
    return {
        "options": options,
        "strategy": data["strategy"],
        "feature_columns": tuple(Field.from_json(f) for f in data["feature_columns"]),
        "label": Field.from_json(data["label"]),
        "layout": Layout(features, options.fit_intercept),
        "classes": classes and Classes(tuple(_label_from_json(v) for v in classes)),
        "coefficients": np.array(data["coefficients"], np.float64),
        "iterations": tuple(Iteration(**i) for i in data["iterations"]),
        "metrics": dict(data["metrics"]),
        "train_rows": data["train_rows"],
        "eval_rows": data["eval_rows"],
        "report": TrainingReport.from_json(data["report"]),
        "transform": data["transform"] and Transform.from_json(data["transform"]),
    }


def _label_to_json(label: Label) -> Any:  # noqa: ANN401 - a JSON value
    return {"bytes": base64.b64encode(label).decode()} if isinstance(label, bytes) else label


def _label_from_json(value: Any) -> Label:  # noqa: ANN401 - a JSON value
    label: Label = base64.b64decode(value["bytes"]) if isinstance(value, dict) else value
    return label


def _feature(data: Mapping[str, Any]) -> Feature:
    values = {name: value for name, value in data.items() if name != "kind"}
    if "categories" in values:
        values["categories"] = tuple(values["categories"])
    return _FEATURES[data["kind"]](**values)


_FEATURES: Mapping[str, type[Feature]] = {
    kind.__name__: kind
    for kind in (NumericFeature, CategoricalFeature, MultiHotFeature, VectorFeature)
}
