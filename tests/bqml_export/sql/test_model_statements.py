"""CREATE, DROP, EXPORT and ALTER MODEL as text."""

from __future__ import annotations

import pytest

from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.model_statements import (
    AlterModel,
    CreateModel,
    DropModel,
    ExportModel,
    read_model_statement,
)
from bqml_export.sql.paths import ModelPath
from bqml_export.sql.tokens import read_sql
from bqml_export.sql.values import FunctionCall, StructValue


def test_a_create_statement_keeps_the_users_query_as_it_is() -> None:
    """Comments, case and backticks of the training query are not touched."""
    query = "select * EXCEPT(x), /* why */ 'a;b' FROM `p-1.d.t` -- end"
    statement = read_model_statement(
        read_sql(
            "-- train\nCREATE OR REPLACE MODEL `p-1.d.m`\nOPTIONS(Model_Type='linear_reg') AS\n"
            f"{query}\n;"
        )
    )
    assert statement == CreateModel(
        ModelPath("p-1", "d", "m"),
        {"model_type": "linear_reg"},
        read_sql(query.removesuffix(" -- end")),
        or_replace=True,
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DROP MODEL d.m;", DropModel(ModelPath("", "d", "m"))),
        ("drop model if exists p.d.m", DropModel(ModelPath("p", "d", "m"), if_exists=True)),
        ("EXPORT MODEL m OPTIONS(URI='gs://b/x')",
         ExportModel(ModelPath("", "", "m"), {"uri": "gs://b/x"})),
        ("ALTER MODEL IF EXISTS `d.m` SET OPTIONS(description='a')",
         AlterModel(ModelPath("", "d", "m"), {"description": "a"}, if_exists=True)),
        ("CREATE MODEL IF NOT EXISTS a-b.d.m OPTIONS(x=1) AS (SELECT 1)",
         CreateModel(ModelPath("a-b", "d", "m"), {"x": 1}, read_sql("(SELECT 1)"),
                     if_not_exists=True)),
        ("CREATE MODEL model OPTIONS() AS SELECT 1",
         CreateModel(ModelPath("", "", "model"), {}, read_sql("SELECT 1"))),
        ("DROP MODEL d /* why */ . m", DropModel(ModelPath("", "d", "m"))),
        ("SELECT 'CREATE MODEL x'", None),
        ("CREATE TABLE model AS SELECT 1", None),
        ("", None),
    ],
)  # fmt: skip
def test_each_statement_is_read(sql: str, expected: object) -> None:
    """Every form of the four statements; everything else is none of them."""
    assert read_model_statement(read_sql(sql)) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'x'", "x"),
        ('"x"', "x"),
        ("-0.5", -0.5),
        ("1e3", 1000.0),
        ("TRUE", True),
        ("NULL", None),
        ("['a', 'b']", ["a", "b"]),
        ("[STRUCT('a', .2), STRUCT('b', 1)]",
         [StructValue((None, None), ("a", 0.2)), StructValue((None, None), ("b", 1))]),
        ("[('a', 1)]", [StructValue((None, None), ("a", 1))]),
        ("HPARAM_RANGE(0, 1)", FunctionCall("HPARAM_RANGE", (0, 1))),
        ("HPARAM_CANDIDATES(['A'])", FunctionCall("HPARAM_CANDIDATES", (["A"],))),
    ],
)  # fmt: skip
def test_each_kind_of_option_value_is_read(text: str, value: object) -> None:
    """Strings, numbers, booleans, NULL, arrays, structs and tuning ranges."""
    statement = read_model_statement(read_sql(f"CREATE MODEL m OPTIONS(o = {text}) AS SELECT 1"))
    assert isinstance(statement, CreateModel)
    assert statement.options == {"o": value}
    assert type(statement.options["o"]) is type(value)


@pytest.mark.parametrize(
    ("sql", "error", "text"),
    [
        ("CREATE MODEL", InvalidQueryError, "name of a model"),
        ("CREATE MODEL m OPTIONS(a=1, A=2) AS SELECT 1", InvalidQueryError, "Duplicate"),
        ("CREATE MODEL m OPTIONS(a) AS SELECT 1", InvalidQueryError, "name = value"),
        ("CREATE MODEL m OPTIONS(a=x) AS SELECT 1", InvalidQueryError, "constant"),
        ("CREATE MODEL m OPTIONS(a=1", InvalidQueryError, "Expected"),
        ("CREATE MODEL m OPTIONS(a=1) AS", InvalidQueryError, "query after AS"),
        ("CREATE MODEL m OPTIONS(a='x) AS SELECT 1", InvalidQueryError, "Syntax error"),
        ("CREATE MODEL a.b.c.d OPTIONS() AS SELECT 1", InvalidQueryError, "model path"),
        (
            "CREATE OR REPLACE MODEL IF NOT EXISTS m OPTIONS() AS SELECT 1",
            InvalidQueryError,
            "both",
        ),
        ("CREATE MODEL m OPTIONS(a=1)", NotSupportedError, "AS SELECT"),
        ("CREATE MODEL m TRANSFORM(a + 1) OPTIONS() AS SELECT 1", InvalidQueryError, "TRANSFORM"),
        ("CREATE MODEL m REMOTE WITH CONNECTION c OPTIONS()", NotSupportedError, "remote"),
        ("EXPORT MODEL m", InvalidQueryError, "OPTIONS"),
        ("EXPORT MODEL m OPTIONS(uri='x') AS SELECT 1", InvalidQueryError, "no query"),
        ("DROP MODEL m CASCADE", InvalidQueryError, "CASCADE"),
        ("DROP MODEL m OPTIONS(a=1)", InvalidQueryError, "OPTIONS"),
    ],
)
def test_a_wrong_statement_is_refused_by_name(sql: str, error: type[Exception], text: str) -> None:
    """Syntax errors and clauses that are not supported say what is wrong."""
    with pytest.raises(error, match=text):
        read_model_statement(read_sql(sql))
