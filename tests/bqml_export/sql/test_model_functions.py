"""ML calls inside query text."""

from __future__ import annotations

import pytest

from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.model_functions import find_functions
from bqml_export.sql.paths import ModelPath
from bqml_export.sql.tokens import read_sql


def test_a_call_is_found_with_its_parts() -> None:
    """Function, model, data, settings and place in the text."""
    call = "ML.PREDICT(MODEL `p.d.m`, (SELECT * FROM t), STRUCT(0.5 AS threshold))"
    sql = read_sql(f"SELECT * FROM {call} AS x")
    (use,) = find_functions(sql)
    assert sql[use.start : use.end].text == call
    assert (use.function, use.path) == ("ML.PREDICT", ModelPath("p", "d", "m"))
    assert (use.query, use.settings) == (read_sql("SELECT * FROM t"), {"threshold": 0.5})


@pytest.mark.parametrize(
    ("sql", "queries"),
    [
        ("SELECT * FROM ml.weights ( MODEL m )", [None]),
        ("SELECT * FROM ML.EVALUATE(MODEL m, TABLE `p.d.t`)", ["SELECT * FROM `p.d.t`"]),
        ("SELECT * FROM ML.PREDICT(MODEL a, (SELECT f(x, [1]) FROM ML.PREDICT(MODEL b, TABLE t)))",
         ["SELECT f(x, [1]) FROM ML.PREDICT(MODEL b, TABLE t)"]),
        ("SELECT * FROM ML.WEIGHTS(MODEL a) JOIN ML.WEIGHTS(MODEL b) USING (x)", [None, None]),
        ("SELECT 'ML.WEIGHTS(MODEL a)', `ML.WEIGHTS` -- ML.WEIGHTS(MODEL a)", []),
        ("SELECT ML.SIGMOID(1)", []),
    ],
)  # fmt: skip
def test_only_outermost_calls_are_found(sql: str, queries: list[str | None]) -> None:
    """Calls in arguments stay there; strings, names and comments are no calls."""
    assert [use.query and use.query.text for use in find_functions(read_sql(sql))] == queries


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        ("ML.PREDICT(MODEL m, t)", InvalidQueryError, "as data"),
        ("ML.PREDICT(MODEL m, TABLE a, TABLE b)", InvalidQueryError, "one table"),
        ("ML.PREDICT(MODEL m, TABLE a, STRUCT(0.5))", InvalidQueryError, "needs a name"),
        ("ML.PREDICT(MODEL m, TABLE a", InvalidQueryError, "Expected"),
        ("ML.PREDICT(MODEL)", InvalidQueryError, "missing"),
        ("ML.PREDICT(MODEL m, trial_id => 1)", NotSupportedError, "named arguments"),
    ],
)
def test_a_wrong_call_is_refused(call: str, error: type[Exception], text: str) -> None:
    """Arguments of another form say what was expected."""
    with pytest.raises(error, match=text):
        find_functions(read_sql(f"SELECT * FROM {call}"))
