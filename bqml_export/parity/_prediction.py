"""A prediction in one form, whichever side gave it."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bqml_export.errors import NotSupportedError
from foundation.json_types import JsonObject

_INEXACT = ("FLOAT64", "NUMERIC", "BIGNUMERIC")


@dataclass(frozen=True, slots=True)
class Prediction:
    """A number, or a class as text with the probability of every class."""

    number: float | None = None
    label: str | None = None
    probabilities: Mapping[str, float] | None = None

    def document(self) -> JsonObject:
        if self.label is None:
            return {"number": self.number}
        return {"label": self.label, "probabilities": dict(self.probabilities or {})}


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a model's predictions are found: the label column, and the outputs of the export."""

    label: str
    label_type: str
    value: str
    """The output with the predicted number or class."""
    probabilities: str | None
    """None for a number."""
    classes: str | None
    """The output with the classes of the probabilities, in the same order."""
    alone: bool
    """Whether `value` is the only output, which REST answers without a name."""

    def of_warehouse(self, row: Mapping[str, Any]) -> Prediction:
        value = row[f"predicted_{self.label}"]
        if self.probabilities is None:
            return Prediction(number=float("nan") if value is None else float(value))
        found = row[f"predicted_{self.label}_probs"]
        by_class = {self._text(entry["label"]): float(entry["prob"]) for entry in found}
        return Prediction(label=self._text(value), probabilities=by_class)

    def of_endpoint(self, answer: Any) -> Prediction:  # noqa: ANN401 - a JSON value
        """KeyError, TypeError or ValueError: the element is not what the signature promises."""
        value = _first(answer if self.alone else answer[self.value])
        if self.probabilities is None or self.classes is None:
            return Prediction(number=float(value))
        pairs = zip(answer[self.classes], answer[self.probabilities], strict=True)
        by_class = {self._text(name): float(probability) for name, probability in pairs}
        return Prediction(label=self._text(value), probabilities=by_class)

    def _text(self, value: object) -> str:
        """Returns a class in one spelling: BigQuery has it in its own type, the export as text."""
        if self.label_type in _INEXACT:
            return f"{float(str(value)):.17g}"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dt.datetime):
            return value.isoformat(sep=" ")
        return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def outputs_of(
    model_type: str | None, label: str, label_type: str, outputs: Sequence[str]
) -> Outputs:
    """Refuses outputs of a kind that is not compared, by the model's type."""
    alone = len(outputs) == 1
    forms = (
        (f"predicted_{label}", f"{label}_probs", f"{label}_values"),
        ("classes", "probabilities", "all_classes"),  # DNN classifiers
    )
    for form in forms:
        if set(form) <= set(outputs):
            return Outputs(label, label_type, *form, alone)
    for value in (f"predicted_{label}", "predictions"):
        if alone and value in outputs:
            return Outputs(label, label_type, value, None, None, alone)
    raise NotSupportedError(
        f"the outputs {', '.join(sorted(outputs))} of a {model_type} model are not compared",
        hint="`verify --files-only` compares hashes only",
    )


def _first(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    return value[0] if isinstance(value, list) else value
