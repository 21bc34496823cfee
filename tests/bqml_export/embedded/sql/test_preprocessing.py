"""Calls of preprocessing functions in SQL text."""

from __future__ import annotations

import pytest

from bqml_export.embedded.sql.preprocessing import (
    PreprocessingCall,
    calls_preprocessing,
    expand,
    rewrite,
)
from bqml_export.embedded.sql.tokens import tokenize
from bqml_export.errors import InvalidQueryError, NotSupportedError


def test_calls_are_replaced_from_the_inside_out() -> None:
    """An inner call is part of the outer one's argument, already written in SQL."""
    seen: list[PreprocessingCall] = []

    def replace(call: PreprocessingCall) -> str:
        seen.append(call)
        return f"<{call.name}>"

    sql = "SELECT ml.standard_scaler(ML.IMPUTER(x, 'mean') OVER ()) OVER() AS y, z FROM t"
    assert rewrite(sql, replace) == "SELECT <STANDARD_SCALER> AS y, z FROM t"
    assert [(c.name, c.arguments) for c in seen] == [
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
    assert not calls_preprocessing(tokenize(sql))
    assert expand(sql) == sql


@pytest.mark.parametrize(
    ("sql", "error", "named"),
    [
        ("ML.SIGMOID(1)", NotSupportedError, "ML.SIGMOID is not supported.*ML.BUCKETIZE"),
        ("ML.BUCKETIZE(1, [2]) OVER()", InvalidQueryError, "ML.BUCKETIZE takes no OVER"),
        ("ML.STANDARD_SCALER(x)", InvalidQueryError, "STANDARD_SCALER takes an OVER"),
        ("ML.STANDARD_SCALER(x) OVER(ORDER BY y)", InvalidQueryError, "empty OVER"),
        ("ML.LABEL_ENCODER(x) OVER()", NotSupportedError, "outside a TRANSFORM"),
        ("ML.IMPUTER(x, 'most_frequent') OVER()", NotSupportedError, "outside a TRANSFORM"),
        ("ML.QUANTILE_BUCKETIZE(x, 3, 'bucket_ranges') OVER()", NotSupportedError, "outside"),
    ],
)
def test_call_that_cannot_be_written_in_sql_is_refused_by_name(
    sql: str, error: type[Exception], named: str
) -> None:
    """The message names the function."""
    with pytest.raises(error, match=named):
        expand(f"SELECT {sql} FROM t")
