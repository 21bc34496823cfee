"""What each ML function does with its model, its rows and its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bqml_export.embedded.ml.data.table import Table
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.values import OptionValue

_NEED_NO_LABEL = frozenset({"ML.PREDICT", "ML.EXPLAIN_PREDICT", "ML.TRANSFORM"})


@dataclass(slots=True)
class Call:
    """One call of an ML function.

    `settings` is the STRUCT argument, names in lower case; what is read is taken out. `table` holds
    the rows after the model's TRANSFORM clause, `given` those of the user; None without data.
    `thresholds` is the array of ML.ROC_CURVE.
    """

    function: str
    model: GLMModel
    settings: dict[str, OptionValue]
    table: Table | None = None
    given: Table | None = None
    thresholds: Sequence[float] | None = None

    def run(self) -> Table:
        result = find_function(self.function)(self)
        if self.settings:
            raise NotSupportedError(
                f"{self.function}: setting {', '.join(self.settings)} is not supported by the "
                "embedded BigQuery ML for this model type"
            )
        return result

    def threshold(self) -> float | None:
        value = self.settings.pop("threshold", None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise InvalidQueryError(f"{self.function}: threshold must be a FLOAT64 in [0, 1]")
        return float(value)

    def flag(self, name: str) -> bool:
        value = self.settings.pop(name, False)
        if not isinstance(value, bool):
            raise InvalidQueryError(f"{self.function}: {name} must be a BOOL")
        return value

    def count(self, name: str, default: int) -> int:
        value = self.settings.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidQueryError(f"{self.function}: {name} must be an INT64")
        return value

    def rows(self) -> Table:
        if self.table is None:
            raise InvalidQueryError(
                f"{self.function} needs a table or a query as its second argument"
            )
        return self.table

    def refuse_rows(self) -> None:
        if self.table is not None:
            raise InvalidQueryError(f"{self.function} takes no table or query")


def needs_label(function: str) -> bool:
    return function not in _NEED_NO_LABEL


def find_function(name: str) -> Callable[[Call], Table]:
    if name not in _FUNCTIONS:
        raise NotSupportedError(
            f"{name} is not supported by the embedded BigQuery ML; "
            f"supported are {', '.join(sorted(_FUNCTIONS))}"
        )
    return _FUNCTIONS[name]


def _predict(call: Call) -> Table:
    return call.model.predict(call.rows(), threshold=call.threshold(), shown=call.given)


def _explain_predict(call: Call) -> Table:
    top, threshold = call.count("top_k_features", 5), call.threshold()
    return call.model.explain(call.rows(), top=top, threshold=threshold, shown=call.given)


def _transform(call: Call) -> Table:
    if call.model.transform is None:
        raise InvalidQueryError("ML.TRANSFORM needs a model with a TRANSFORM clause")
    return call.rows()


def _evaluate(call: Call) -> Table:
    return call.model.evaluate(call.table, threshold=call.threshold())


def _confusion_matrix(call: Call) -> Table:
    return call.model.confusion_matrix(call.table, threshold=call.threshold())


def _roc_curve(call: Call) -> Table:
    return call.model.roc_curve(call.table, thresholds=call.thresholds)


def _weights(call: Call) -> Table:
    call.refuse_rows()
    return call.model.weights(standardize=call.flag("standardize"))


def _advanced_weights(call: Call) -> Table:
    call.refuse_rows()
    return call.model.advanced_weights(standardize=call.flag("standardize"))


def _feature_info(call: Call) -> Table:
    call.refuse_rows()
    return call.model.feature_info()


def _training_info(call: Call) -> Table:
    call.refuse_rows()
    return call.model.training_info()


def _global_explain(call: Call) -> Table:
    call.refuse_rows()
    return call.model.global_explain(by_class=call.flag("class_level_explain"))


_FUNCTIONS: Mapping[str, Callable[[Call], Table]] = {
    "ML.ADVANCED_WEIGHTS": _advanced_weights,
    "ML.CONFUSION_MATRIX": _confusion_matrix,
    "ML.EVALUATE": _evaluate,
    "ML.EXPLAIN_PREDICT": _explain_predict,
    "ML.FEATURE_INFO": _feature_info,
    "ML.GLOBAL_EXPLAIN": _global_explain,
    "ML.PREDICT": _predict,
    "ML.ROC_CURVE": _roc_curve,
    "ML.TRAINING_INFO": _training_info,
    "ML.TRANSFORM": _transform,
    "ML.WEIGHTS": _weights,
}
