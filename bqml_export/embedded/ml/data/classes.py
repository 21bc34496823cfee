"""The classes of a LOGISTIC_REG model: their order, their text and their weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bqml_export.embedded.ml.data.columns import Floats, category, category_label, display_number
from bqml_export.embedded.ml.data.table import Value
from bqml_export.embedded.ml.options.training_options import TrainingOptions
from bqml_export.errors import InvalidQueryError

Label: TypeAlias = str | int | float | bool | bytes

MOST_CLASSES = 50
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Classes:
    """Distinct labels in descending order, the order of BigQuery's exports.

    With two classes the first one is therefore the higher label, BigQuery's positive class.
    """

    labels: tuple[Label, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The labels as the exported model returns them."""
        return tuple(label_text(label) for label in self.labels)

    @property
    def outputs(self) -> int:
        """Number of linear predictors: one for two classes, else one per class."""
        return 1 if len(self.labels) == 2 else len(self.labels)

    def encode(self, values: Sequence[Value]) -> npt.NDArray[np.intp]:
        """Returns the position of each label; UNKNOWN for one that training did not see."""
        position = {label: i for i, label in enumerate(self.labels)}
        codes = (position.get(value, UNKNOWN) for value in values)  # type: ignore[call-overload]
        return np.fromiter(codes, np.intp, len(values))


def label_text(label: Label) -> str:
    """Returns CAST(label AS STRING); BYTES in base64."""
    if isinstance(label, float):
        return display_number(label)
    if isinstance(label, bytes):
        return category_label("BYTES", category(label))
    return category(label)


def learn_classes(name: str, values: Sequence[Value]) -> Classes:
    """Returns the 2 to 50 classes among the labels `values`, none of which is NULL."""
    distinct = set(values)
    if any(isinstance(v, float) and not math.isfinite(v) for v in distinct):
        raise InvalidQueryError(f"Label column {name} holds NaN or infinity; leave such rows out.")
    if not 2 <= len(distinct) <= MOST_CLASSES:
        raise InvalidQueryError(
            f"Label column {name} has {len(distinct)} distinct values; a LOGISTIC_REG model needs "
            f"2 to {MOST_CLASSES}. For a numeric target use MODEL_TYPE='LINEAR_REG'."
        )
    return Classes(tuple(sorted(distinct, reverse=True)))  # type: ignore[arg-type]


def row_weights(classes: Classes, codes: npt.NDArray[np.intp], options: TrainingOptions) -> Floats:
    """Returns the weight of each row by its class, [n]."""
    if options.auto_class_weights:
        counts = np.bincount(codes, minlength=len(classes.labels))
        # Zero only where a class is wholly among the evaluation rows: no row asks for it.
        weights = codes.size / (np.maximum(counts, 1) * len(classes.labels))
        return weights[codes].astype(np.float64)
    if options.class_weights is None:
        return np.ones(codes.size)
    given = {label_text(label): weight for label, weight in options.class_weights}
    _check_class_weights(set(given), set(classes.texts))
    return np.array([given[text] for text in classes.texts])[codes]


def _check_class_weights(given: set[str], present: set[str]) -> None:
    if missing := sorted(present - given):
        raise InvalidQueryError(f"Option CLASS_WEIGHTS has no weight for: {', '.join(missing)}.")
    if unknown := sorted(given - present):
        raise InvalidQueryError(
            f"Option CLASS_WEIGHTS names labels that the training data lacks: {', '.join(unknown)}."
        )
