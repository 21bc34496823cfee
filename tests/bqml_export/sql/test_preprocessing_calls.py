"""Calls of preprocessing functions in SQL text."""

from __future__ import annotations

import pytest

from bqml_export.sql.preprocessing_calls import (
    PreprocessingCall,
    calls_preprocessing,
    replace_calls,
)
from bqml_export.sql.tokens import read_sql


def test_calls_are_replaced_from_the_inside_out() -> None:
    """An inner call is part of the outer one's argument, already written in SQL."""
    seen: list[PreprocessingCall] = []

    def replace(call: PreprocessingCall) -> str:
        seen.append(call)
        return f"<{call.name}>"

    sql = "SELECT ml.standard_scaler(ML.IMPUTER(x, 'mean') OVER ()) OVER() AS y, z FROM t"
    assert replace_calls(read_sql(sql), replace).text == "SELECT <STANDARD_SCALER> AS y, z FROM t"
    assert [(c.name, tuple(given.text for given in c.arguments.given)) for c in seen] == [
        ("IMPUTER", ("x", "'mean'")), ("STANDARD_SCALER", ("<IMPUTER>",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'ML.BUCKETIZE(1, [2])'",
        "SELECT * FROM ML.PREDICT(MODEL m, TABLE t)",
        "SELECT ml.x FROM ml",
        "SELECT `ML`.f(1)",
    ],
)
def test_other_text_is_left_alone(sql: str) -> None:
    """Strings, functions of models and tables called ml are no calls."""
    assert not calls_preprocessing(read_sql(sql))
