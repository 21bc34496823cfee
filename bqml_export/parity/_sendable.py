"""A case as the endpoint can be asked about it: the export has no NULL.

BigQuery takes the training mean for a NULL number and the category `_null_filler` for any other
NULL. A client of the export has to do the same, so that is what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bqml_export.parity._case import Case
from bqml_export.repository.instance import FLOATS, flattened, to_instance
from bqml_export.repository.saved_model_pb import TensorMap
from foundation.json_types import JsonObject

NULL_CATEGORY = "_null_filler"


@dataclass(frozen=True, slots=True)
class Sendable:
    """What to send for a row."""

    case: Case
    instance: JsonObject | None
    """The element of `instances`, None where the export cannot take the row."""
    substituted: Mapping[str, object]
    """What stands for NULL in it, by input."""
    obstacle: str | None = None
    """Why there is no instance."""


def to_sendable(case: Case, inputs: TensorMap, means: Mapping[str, float]) -> Sendable:
    """Returns what to send for the row of `case`.

    `means` has the mean of an input's training values by its name in lower case.
    """
    values = {name.lower(): value for name, value in flattened(case.row)}
    substituted: dict[str, object] = {}
    for name, kind in inputs.items():
        if values.get(name.lower()) is not None:
            continue
        filler = _filler(kind.partition("[")[0], means.get(name.lower()))
        if filler is None:
            return Sendable(case, None, {}, f"the input {name} ({kind}) can hold no NULL")
        values[name.lower()] = substituted[name] = filler
    instance = to_instance(values, inputs)
    if instance is None:
        return Sendable(case, None, {}, "a value does not fit the input of the export")
    return Sendable(case, instance, substituted)


def _filler(dtype: str, mean: float | None) -> object:
    if dtype in FLOATS:
        return mean
    return NULL_CATEGORY if dtype == "string" else None
