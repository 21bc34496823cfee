"""OPTIONS(...) of CREATE MODEL: every option of BigQuery's page is honoured, or refused by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bqml_export.embedded.ml.options.training_options import TrainingOptions, parse_options
from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.values import FunctionCall, OptionValue, StructValue

HONOURED: list[tuple[str, OptionValue, object]] = [
    ("input_label_cols", ["y"], ("y",)),
    ("labels", ["y"], ("y",)),
    ("optimize_strategy", "normal_equation", "NORMAL_EQUATION"),
    ("optimize_strategy", "Batch_Gradient_Descent", "BATCH_GRADIENT_DESCENT"),
    ("l1_reg", 1, 1.0),
    ("l2_reg", 0.5, 0.5),
    ("max_iterations", 50, 50),
    ("learn_rate_strategy", "constant", "CONSTANT"),
    ("ls_init_learn_rate", 0.5, 0.5),
    ("early_stop", False, False),
    ("min_rel_progress", 0.001, 0.001),
    ("data_split_method", "no_split", "NO_SPLIT"),
    ("warm_start", True, True),
    ("fit_intercept", False, False),
    ("category_encoding_method", "dummy_encoding", "DUMMY_ENCODING"),
    ("calculate_p_values", False, False),
    ("data_split_method", "AUTO_SPLIT", "AUTO_SPLIT"),
]

NOT_HERE: list[tuple[str, OptionValue]] = [
    ("num_trials", 10),
    ("max_parallel_trials", 2),
    ("hparam_tuning_algorithm", "VIZIER_DEFAULT"),
    ("hparam_tuning_objectives", ["R2_SCORE"]),
    ("data_split_test_fraction", 0.1),
    ("model_registry", "VERTEX_AI"),
    ("vertex_ai_model_id", "m"),
    ("vertex_ai_model_version_aliases", ["a"]),
    ("kms_key_name", "k"),
    ("l2_reg", FunctionCall("HPARAM_RANGE", (0, 1))),
    ("l1_reg", FunctionCall("hparam_candidates", ([0, 1],))),
]

WRONG: list[tuple[str, OptionValue]] = [
    ("input_label_cols", "y"),
    ("input_label_cols", ["a", "b"]),
    ("input_label_cols", []),
    ("labels", [StructValue((None, None), ("team", "a"))]),
    ("optimize_strategy", "ADAM"),
    ("l1_reg", -1),
    ("l2_reg", "0.1"),
    ("l2_reg", True),
    ("l2_reg", None),
    ("max_iterations", 0),
    ("max_iterations", 1.5),
    ("learn_rate", 0),
    ("early_stop", "true"),
    ("min_rel_progress", -0.1),
    ("data_split_method", "HASH"),
    ("data_split_eval_fraction", 1.0),
    ("data_split_col", 3),
    ("class_weights", "a"),
    ("class_weights", []),
    ("class_weights", [StructValue((None,), ("a",))]),
    ("class_weights", [StructValue((None, None), ("a", -1))]),
    ("class_weights", [StructValue((None, None), ("a", "b"))]),
    ("class_weights", [StructValue((None, None), ("a", 1)), StructValue((None, None), ("a", 2))]),
    ("fit_intercept", 1),
]

CONFLICTS: list[tuple[str, dict[str, OptionValue]]] = [
    ("LEARN_RATE ", {"learn_rate": 0.2}),
    ("LS_INIT_LEARN_RATE", {"learn_rate_strategy": "CONSTANT", "ls_init_learn_rate": 0.2}),
    ("MIN_REL_PROGRESS", {"early_stop": False, "min_rel_progress": 0.1}),
    ("L1_REG", {"optimize_strategy": "NORMAL_EQUATION", "l1_reg": 0.1}),
    ("WARM_START", {"optimize_strategy": "NORMAL_EQUATION", "warm_start": True}),
    ("AUTO_CLASS_WEIGHTS", {"auto_class_weights": True}),
    ("CLASS_WEIGHTS", {"class_weights": [StructValue((None, None), ("a", 1))]}),
    ("DATA_SPLIT_COL", {"data_split_method": "CUSTOM"}),
    ("DATA_SPLIT_COL", {"data_split_method": "SEQ"}),
    ("DATA_SPLIT_COL", {"data_split_col": "c"}),
    ("DATA_SPLIT_COL", {"data_split_method": "RANDOM", "data_split_col": "c"}),
    ("DATA_SPLIT_COL", {"data_split_method": "SEQ", "data_split_col": "Label"}),
    ("DATA_SPLIT_EVAL_FRACTION", {"data_split_eval_fraction": 0.3}),
    ("CALCULATE_P_VALUES", {"calculate_p_values": True}),
    (
        "CALCULATE_P_VALUES",
        {"calculate_p_values": True, "category_encoding_method": "DUMMY_ENCODING", "l1_reg": 1},
    ),
]


def parse(**options: OptionValue) -> TrainingOptions:
    """Returns the options of a LINEAR_REG model."""
    return parse_options({"model_type": "linear_reg", **options})


@pytest.mark.parametrize(("name", "given", "expected"), HONOURED)
def test_option_is_read(name: str, given: OptionValue, expected: object) -> None:
    """Names and enumerated values are read in any case, INT64 literals as FLOAT64."""
    field = "input_label_cols" if name == "labels" else name
    assert getattr(parse(**{name.upper(): given}), field) == expected


@pytest.mark.parametrize(("name", "given"), NOT_HERE)
def test_option_of_another_service_is_refused_by_its_name(name: str, given: OptionValue) -> None:
    """What BigQuery can do and the embedded engine cannot is not ignored."""
    with pytest.raises(NotSupportedError, match=f"Option {name.upper()}"):
        parse(**{name: given})


@pytest.mark.parametrize(("name", "given"), WRONG)
def test_wrong_value_is_refused_by_its_name(name: str, given: OptionValue) -> None:
    """The message names the option, what it must be and what it is."""
    with pytest.raises(InvalidQueryError, match=f"Option {name.upper().replace('LABELS', '')}"):
        parse(**{name: given})


@pytest.mark.parametrize(("named", "options"), CONFLICTS)
def test_conflicting_options_are_refused(named: str, options: dict[str, OptionValue]) -> None:
    """Pairs that BigQuery refuses are refused, and the message names one of the two."""
    with pytest.raises(InvalidQueryError, match=named):
        parse(**options)


@pytest.mark.parametrize(
    ("name", "off"),
    [("max_parallel_trials", 1), ("data_split_test_fraction", 0)],
)
def test_refused_option_may_be_switched_off(name: str, off: OptionValue) -> None:
    """Writing the default of an option that is not supported changes nothing."""
    assert parse(**{name: off}) == parse()


@pytest.mark.parametrize("model_type", ["DNN_CLASSIFIER", "kmeans", "BOOSTED_TREE_REGRESSOR"])
def test_other_model_types_are_refused_with_what_is_supported(model_type: str) -> None:
    """A model type of BigQuery that is not trained here is named beside those that are."""
    with pytest.raises(NotSupportedError, match=f"{model_type.upper()}.*LINEAR_REG.*LOGISTIC_REG"):
        parse_options({"model_type": model_type})


@pytest.mark.parametrize("raw", [{}, {"model_type": "LINEAR"}, {"model_type": 3}])
def test_model_type_is_required(raw: dict[str, OptionValue]) -> None:
    """Without a known MODEL_TYPE the message names both that can be trained."""
    with pytest.raises(InvalidQueryError, match=r"MODEL_TYPE.*'LINEAR_REG' or 'LOGISTIC_REG'"):
        parse_options(raw)


def test_misspelt_option_is_answered_with_the_right_name() -> None:
    """An unknown option is never ignored; the nearest known one is suggested."""
    with pytest.raises(InvalidQueryError, match=r"MAX_ITERATION .*Did you mean MAX_ITERATIONS\?"):
        parse(max_iteration=10)


@pytest.mark.parametrize("name", ["description", "friendly_name", "expiration_timestamp"])
def test_metadata_option_points_at_alter_model(name: str) -> None:
    """Model metadata is not set by CREATE MODEL; the message says where it is."""
    with pytest.raises(InvalidQueryError, match="ALTER MODEL"):
        parse(**{name: "x"})


def test_option_and_its_alias_exclude_each_other() -> None:
    """LABELS is INPUT_LABEL_COLS; giving both is one option twice."""
    with pytest.raises(InvalidQueryError, match="twice"):
        parse(labels=["a"], input_label_cols=["a"])


def test_class_weights_are_read_in_order() -> None:
    """CLASS_WEIGHTS keeps labels of any type beside their weight."""
    weights: OptionValue = [
        StructValue((None, None), (1, 0.5)),
        StructValue(("label", "weight"), ("b", 2)),
    ]
    options = parse_options({"model_type": "logistic_reg", "class_weights": weights})
    assert options.class_weights == ((1, 0.5), ("b", 2.0))


def test_options_survive_json() -> None:
    """`from_json` gives back what `to_json` was given."""
    options = parse(l2_reg=0.1, data_split_method="SEQ", data_split_col="t")
    assert TrainingOptions.from_json(options.to_json()) == options


def test_reading_options_imports_neither_numpy_nor_tensorflow() -> None:
    """The SQL parser and the command line can read options without the heavy libraries."""
    code = (
        "import sys, bqml_export.embedded.ml.options.training_options;"
        "import bqml_export.embedded.ml.data.table;"
        "assert not {'numpy', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
