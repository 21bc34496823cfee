"""Options of CREATE MODEL that exclude or require one another (BigQuery: create-glm)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.errors import InvalidQueryError

if TYPE_CHECKING:
    from bqml_export.embedded.ml.options.training_options import TrainingOptions


def check_conflicts(options: TrainingOptions) -> None:
    """Raises InvalidQueryError for the first pair of options that BigQuery refuses."""
    _check_model_type(options)
    _check_optimizer(options)
    _check_split(options)
    _check_p_values(options)


def _refuse_if(wrong: bool, message: str) -> None:
    if wrong:
        raise InvalidQueryError(message)


def _check_model_type(options: TrainingOptions) -> None:
    if options.is_classifier:
        _refuse_if(
            options.optimize_strategy == "NORMAL_EQUATION",
            "Option OPTIMIZE_STRATEGY='NORMAL_EQUATION' is only for LINEAR_REG models.",
        )
    for name in sorted(options.specified & {"auto_class_weights", "class_weights"}):
        _refuse_if(
            not options.is_classifier,
            f"Option {name.upper()} is only for LOGISTIC_REG models.",
        )
    _refuse_if(
        options.auto_class_weights and options.class_weights is not None,
        "Options AUTO_CLASS_WEIGHTS=TRUE and CLASS_WEIGHTS exclude each other.",
    )


def _check_optimizer(options: TrainingOptions) -> None:
    given = options.specified
    constant = options.learn_rate_strategy == "CONSTANT"
    _refuse_if(
        "learn_rate" in given and not constant,
        "Option LEARN_RATE needs LEARN_RATE_STRATEGY='CONSTANT'.",
    )
    _refuse_if(
        "ls_init_learn_rate" in given and constant,
        "Option LS_INIT_LEARN_RATE needs LEARN_RATE_STRATEGY='LINE_SEARCH'.",
    )
    _refuse_if(
        "min_rel_progress" in given and not options.early_stop,
        "Option MIN_REL_PROGRESS needs EARLY_STOP=TRUE.",
    )
    if options.optimize_strategy == "NORMAL_EQUATION":
        _refuse_if(
            options.l1_reg > 0,
            "Option L1_REG cannot be used with OPTIMIZE_STRATEGY='NORMAL_EQUATION'.",
        )
        _refuse_if(
            options.warm_start,
            "Option WARM_START cannot be used with OPTIMIZE_STRATEGY='NORMAL_EQUATION'.",
        )


def _check_split(options: TrainingOptions) -> None:
    method = options.data_split_method
    by_column = method in {"CUSTOM", "SEQ"}
    _refuse_if(
        by_column and options.data_split_col is None,
        f"Option DATA_SPLIT_COL is required with DATA_SPLIT_METHOD='{method}'.",
    )
    _refuse_if(
        not by_column and options.data_split_col is not None,
        f"Option DATA_SPLIT_COL needs DATA_SPLIT_METHOD 'CUSTOM' or 'SEQ', not '{method}'.",
    )
    _refuse_if(
        "data_split_eval_fraction" in options.specified and method not in {"RANDOM", "SEQ"},
        "Option DATA_SPLIT_EVAL_FRACTION needs DATA_SPLIT_METHOD 'RANDOM' or 'SEQ', "
        f"not '{method}'.",
    )
    split_column = (options.data_split_col or "").lower()
    _refuse_if(
        split_column == options.label_column.lower(),
        f"Column {options.label_column} cannot be both the label and DATA_SPLIT_COL.",
    )


def _check_p_values(options: TrainingOptions) -> None:
    if not options.calculate_p_values:
        return
    _refuse_if(
        options.category_encoding_method != "DUMMY_ENCODING",
        "Option CALCULATE_P_VALUES=TRUE needs CATEGORY_ENCODING_METHOD='DUMMY_ENCODING'.",
    )
    _refuse_if(
        options.l1_reg > 0,
        "Option CALCULATE_P_VALUES=TRUE cannot be used with L1_REG.",
    )
    _refuse_if(
        not options.fit_intercept,
        "Option CALCULATE_P_VALUES=TRUE needs FIT_INTERCEPT=TRUE.",
    )
