"""WARM_START: training continues from the weights of the model that it replaces."""

from __future__ import annotations

import numpy as np

from bqml_export.embedded.ml.data.classes import Classes
from bqml_export.embedded.ml.data.columns import Floats
from bqml_export.embedded.ml.data.table import Field
from bqml_export.embedded.ml.features.design import Layout
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.ml.options.training_options import TrainingOptions
from bqml_export.errors import InvalidQueryError


def starting_weights(
    options: TrainingOptions,
    layout: Layout,
    label: Field,
    classes: Classes | None,
    previous: GLMModel | None,
) -> Floats:
    """Returns the standardised weights [d, k] to start from: zeros, or those of `previous`."""
    outputs = 1 if classes is None else classes.outputs
    if not options.warm_start:
        return np.zeros((layout.width, outputs))
    if previous is None:
        raise InvalidQueryError(
            "Option WARM_START=TRUE needs a model of this name to continue; there is none."
        )
    _check_same_shape(options, layout, label, classes, previous)
    return layout.to_standard_scale(_carry_over(layout, previous))


def _check_same_shape(
    options: TrainingOptions,
    layout: Layout,
    label: Field,
    classes: Classes | None,
    previous: GLMModel,
) -> None:
    now = {(f.name, f.type) for f in layout.features}
    before = {(f.name, f.type) for f in previous.layout.features}
    if differing := sorted({name for name, _ in now ^ before}):
        raise _cannot_continue(f"differ in the feature columns {', '.join(differing)}")
    if previous.options.model_type != options.model_type:
        raise _cannot_continue("differ in MODEL_TYPE")
    if previous.label.name != label.name or previous.classes != classes:
        raise _cannot_continue(f"differ in the label {label.name} or its classes")
    if previous.options.category_encoding_method != options.category_encoding_method:
        raise _cannot_continue("differ in CATEGORY_ENCODING_METHOD")
    if previous.options.fit_intercept != options.fit_intercept:
        raise _cannot_continue("differ in FIT_INTERCEPT")


def _cannot_continue(difference: str) -> InvalidQueryError:
    return InvalidQueryError(
        f"Option WARM_START=TRUE cannot continue the existing model: the two {difference}."
    )


def _carry_over(layout: Layout, previous: GLMModel) -> Floats:
    """Returns the previous raw weights in the places of `layout`; a new category gets 0."""
    old = previous.layout
    weights = np.zeros((layout.width, previous.coefficients.shape[1]))
    at = {f.name: i for i, f in enumerate(old.numeric)}
    weights[: len(layout.numeric)] = previous.coefficients[[at[f.name] for f in layout.numeric]]
    old_places = {
        (f.name, text): first + i
        for f, first in zip(old.categorical, old.offsets(), strict=True)
        for i, text in enumerate(f.categories)
    }
    for feature, first in zip(layout.categorical, layout.offsets(), strict=True):
        for i, text in enumerate(feature.categories):
            place = old_places.get((feature.name, text))
            if place is not None and i != feature.dropped:
                weights[first + i] = previous.coefficients[place]
    weights[-1] = previous.coefficients[-1]
    return weights
