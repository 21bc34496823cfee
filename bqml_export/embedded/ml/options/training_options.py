"""The OPTIONS(...) of CREATE MODEL for LINEAR_REG and LOGISTIC_REG (BigQuery: create-glm).

Every option of BigQuery's page is honoured, or refused by its name.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from bqml_export.embedded.ml.options import _readers as read
from bqml_export.embedded.ml.options._conflicts import check_conflicts
from bqml_export.embedded.ml.options._readers import ClassWeights, Reader, Setting
from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.values import FunctionCall, OptionValue, describe_value


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """Options of one training run, each with BigQuery's name (in lower case) and default.

    `specified` holds the names that the statement gave; a default may mean something else than
    the same value given by hand.
    """

    model_type: str
    input_label_cols: tuple[str, ...] = ("label",)
    optimize_strategy: str = "AUTO_STRATEGY"
    l1_reg: float = 0.0
    l2_reg: float = 0.0
    max_iterations: int = 20
    learn_rate_strategy: str = "LINE_SEARCH"
    learn_rate: float = 0.1
    ls_init_learn_rate: float = 0.1
    early_stop: bool = True
    min_rel_progress: float = 0.01
    data_split_method: str = "AUTO_SPLIT"
    data_split_eval_fraction: float = 0.2
    data_split_col: str | None = None
    warm_start: bool = False
    auto_class_weights: bool = False
    class_weights: ClassWeights | None = None
    fit_intercept: bool = True
    category_encoding_method: str = "ONE_HOT_ENCODING"
    calculate_p_values: bool = False
    enable_global_explain: bool = False
    specified: frozenset[str] = frozenset()

    @property
    def is_classifier(self) -> bool:
        return self.model_type == "LOGISTIC_REG"

    @property
    def label_column(self) -> str:
        """The name of the label column as the statement wrote it."""
        return self.input_label_cols[0]

    def to_json(self) -> dict[str, Any]:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return values | {"specified": sorted(self.specified)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TrainingOptions:
        weights = data["class_weights"]
        restored = {
            "input_label_cols": tuple(data["input_label_cols"]),
            "class_weights": weights and tuple((label, weight) for label, weight in weights),
            "specified": frozenset(data["specified"]),
        }
        return cls(**{**data, **restored})


MODEL_TYPES = ("LINEAR_REG", "LOGISTIC_REG")

_OTHER_MODEL_TYPES = frozenset({
    "ARIMA", "ARIMA_PLUS", "ARIMA_PLUS_XREG", "AUTOENCODER", "AUTOML_CLASSIFIER",
    "AUTOML_REGRESSOR", "BOOSTED_TREE_CLASSIFIER", "BOOSTED_TREE_REGRESSOR",
    "CONTRIBUTION_ANALYSIS", "DNN_CLASSIFIER", "DNN_LINEAR_COMBINED_CLASSIFIER",
    "DNN_LINEAR_COMBINED_REGRESSOR", "DNN_REGRESSOR", "KMEANS", "MATRIX_FACTORIZATION", "ONNX",
    "PCA", "RANDOM_FOREST_CLASSIFIER", "RANDOM_FOREST_REGRESSOR", "TENSORFLOW", "TENSORFLOW_LITE",
    "TRANSFORM_ONLY", "XGBOOST",
})  # fmt: skip

_ALL_MODEL_TYPES = (*MODEL_TYPES, *sorted(_OTHER_MODEL_TYPES))

_READERS: Mapping[str, Reader] = {
    "input_label_cols": read.one_column,
    "optimize_strategy": read.one_of("AUTO_STRATEGY", "BATCH_GRADIENT_DESCENT", "NORMAL_EQUATION"),
    "l1_reg": read.number(at_least=0),
    "l2_reg": read.number(at_least=0),
    "max_iterations": read.integer(1),
    "learn_rate_strategy": read.one_of("LINE_SEARCH", "CONSTANT"),
    "learn_rate": read.number(above=0),
    "ls_init_learn_rate": read.number(above=0),
    "early_stop": read.boolean,
    "min_rel_progress": read.number(at_least=0),
    "data_split_method": read.one_of("AUTO_SPLIT", "RANDOM", "CUSTOM", "SEQ", "NO_SPLIT"),
    "data_split_eval_fraction": read.number(at_least=0, below=1),
    "data_split_col": read.text,
    "warm_start": read.boolean,
    "auto_class_weights": read.boolean,
    "class_weights": read.class_weights,
    "fit_intercept": read.boolean,
    "category_encoding_method": read.one_of("ONE_HOT_ENCODING", "DUMMY_ENCODING"),
    "calculate_p_values": read.boolean,
    "enable_global_explain": read.boolean,
}

_TUNING = "hyperparameter tuning is not done by the embedded engine"
_REGISTRY = "the embedded engine has no Vertex AI Model Registry"
# Name -> the value that means "off" (None: every value means "on"), and why "on" is refused.
_REFUSED: Mapping[str, tuple[OptionValue, str]] = {
    "num_trials": (None, _TUNING),
    "max_parallel_trials": (1, _TUNING),
    "hparam_tuning_algorithm": (None, _TUNING),
    "hparam_tuning_objectives": (None, _TUNING),
    "data_split_test_fraction": (0, _TUNING),
    "model_registry": (None, _REGISTRY),
    "vertex_ai_model_id": (None, _REGISTRY),
    "vertex_ai_model_version_aliases": (None, _REGISTRY),
    "kms_key_name": (None, "the embedded store does not encrypt"),
}

_ALIASES = {"labels": "input_label_cols"}
_ALTER_MODEL_ONLY = ("description", "friendly_name", "expiration_timestamp")


def parse_options(raw: Mapping[str, OptionValue]) -> TrainingOptions:
    """Returns the options of a CREATE MODEL statement, checked one by one and against each other.

    The case of names and of enumerated values in `raw` does not matter.
    """
    named = _canonical_names(raw)
    settings: dict[str, Any] = {"model_type": _model_type(named.pop("model_type", None))}
    for name, value in named.items():
        if name in _REFUSED:
            _refuse_unless_off(name, value)
        else:
            settings[name] = _setting(name, value)
    specified = frozenset(settings) - {"model_type"}
    options = TrainingOptions(**settings, specified=specified)
    check_conflicts(options)
    return options


def _canonical_names(raw: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
    named: dict[str, OptionValue] = {}
    for given, value in raw.items():
        name = _ALIASES.get(given.lower(), given.lower())
        if name in named:
            raise InvalidQueryError(f"Option {given.upper()} is given twice (as {name.upper()}).")
        named[name] = value
    return named


def _model_type(value: OptionValue) -> str:
    if value is None:
        raise InvalidQueryError("Option MODEL_TYPE is required: 'LINEAR_REG' or 'LOGISTIC_REG'.")
    name = value.upper() if isinstance(value, str) else ""
    if name in MODEL_TYPES:
        return name
    if name in _OTHER_MODEL_TYPES:
        raise NotSupportedError(
            f"MODEL_TYPE '{name}' is not trained by the embedded engine; "
            "it supports 'LINEAR_REG' and 'LOGISTIC_REG'."
        )
    raise InvalidQueryError(
        f"Option MODEL_TYPE must be 'LINEAR_REG' or 'LOGISTIC_REG', "
        f"but got {describe_value(value)}.{_did_you_mean(name, _ALL_MODEL_TYPES)}"
    )


def _setting(name: str, value: OptionValue) -> Setting:
    if name not in _READERS:
        raise _unknown(name)
    if isinstance(value, FunctionCall) and value.name.upper().startswith("HPARAM_"):
        raise NotSupportedError(
            f"Option {name.upper()}={describe_value(value)} is not supported: {_TUNING}."
        )
    return _READERS[name](name, value)


def _refuse_unless_off(name: str, value: OptionValue) -> None:
    off, reason = _REFUSED[name]
    is_off = off is not None and value == off and isinstance(value, bool) == isinstance(off, bool)
    if not is_off:
        raise NotSupportedError(
            f"Option {name.upper()}={describe_value(value)} is not supported: {reason}."
        )


def _unknown(name: str) -> InvalidQueryError:
    if name in _ALTER_MODEL_ONLY:
        return InvalidQueryError(
            f"Option {name.upper()} is not an option of CREATE MODEL; "
            "set it with ALTER MODEL ... SET OPTIONS or models.patch."
        )
    known = (*_READERS, *_REFUSED, "model_type")
    return InvalidQueryError(
        f"Unknown option {name.upper()} for a LINEAR_REG or LOGISTIC_REG model."
        f"{_did_you_mean(name, known)}"
    )


def _did_you_mean(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {near[0].upper()}?" if near else ""
