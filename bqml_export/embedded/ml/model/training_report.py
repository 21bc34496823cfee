"""What training found out beside the weights, for functions that take no data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from bqml_export.embedded.ml.optimizers.standard_errors import StandardErrors

Counts: TypeAlias = tuple[tuple[int, ...], ...]
RocPoint: TypeAlias = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """Figures of the evaluation rows, or of the training rows if there are none.

    Attributes:
        confusion: Rows by class and predicted class, in the order of the classes; None for a
            LINEAR_REG.
        roc: The rows of ML.ROC_CURVE; None unless there are two classes.
        attributions: Mean absolute attribution by feature; None unless ENABLE_GLOBAL_EXPLAIN.
        standard_errors: Of the training rows; None unless CALCULATE_P_VALUES.
    """

    confusion: Counts | None = None
    roc: tuple[RocPoint, ...] | None = None
    attributions: Mapping[str, tuple[float, ...]] | None = None
    standard_errors: StandardErrors | None = None

    def to_json(self) -> dict[str, Any]:
        errors = self.standard_errors
        return {
            "confusion": self.confusion,
            "roc": self.roc,
            "attributions": None if self.attributions is None else dict(self.attributions),
            "standard_errors": None if errors is None else asdict(errors),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TrainingReport:
        confusion, roc = data.get("confusion"), data.get("roc")
        means, errors = data.get("attributions"), data.get("standard_errors")
        return cls(
            confusion=confusion and tuple(tuple(row) for row in confusion),
            roc=roc and tuple(roc),
            attributions=means and {name: tuple(values) for name, values in means.items()},
            standard_errors=errors
            and StandardErrors(
                tuple(errors["raw"]), tuple(errors["standardized"]), errors["degrees_of_freedom"]
            ),
        )
