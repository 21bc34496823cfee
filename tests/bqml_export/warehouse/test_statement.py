"""Which model a SQL text creates."""

from __future__ import annotations

import pytest

pytest.importorskip("sqlglot", reason="needs the extra [gcp]")

from bqml_export.errors import UsageError
from bqml_export.warehouse.statement import read_statement


@pytest.mark.parametrize(
    ("sql", "model"),
    [
        ("CREATE OR REPLACE MODEL d.m OPTIONS(model_type='x') AS SELECT 1", "d.m"),
        ("create model `p-1.d.m` OPTIONS()", "p-1.d.m"),
        ("CREATE MODEL IF NOT EXISTS my-project-1.d.m\nOPTIONS(a=1)", "my-project-1.d.m"),
        ("-- note\nCREATE MODEL `a-b`.`d`.m AS SELECT 1", "a-b.d.m"),
        ("CREATE MODEL `d.m`OPTIONS()", "d.m"),
        ("CREATE MODEL d.m/* note */OPTIONS()", "d.m"),
        ("CREATE MODEL d . m AS SELECT 'CREATE MODEL x.y'", "d.m"),
        ("DECLARE x INT64; BEGIN CREATE MODEL d.m AS SELECT 1; END", "d.m"),
    ],
)
def test_the_model_is_read_from_the_statement(sql: str, model: str) -> None:
    """Any spelling that BigQuery takes names its model; comments and texts do not."""
    assert str(read_statement(sql).model) == model


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT 1", "creates no model"),
        ("CREATE MODEL", "is not a model name"),
        ("CREATE MODEL m AS SELECT 1", "is not a model name"),
        ("CREATE MODEL d.a AS SELECT 1; CREATE MODEL d.b AS SELECT 1", "creates 2 models"),
        ("CREATE MODEL d.m AS SELECT '", "cannot be read"),
    ],
)
def test_a_text_that_creates_no_single_model_is_refused(sql: str, words: str) -> None:
    """The error says what is wrong before anything is sent."""
    with pytest.raises(UsageError, match=words):
        read_statement(sql)


@pytest.mark.parametrize(
    ("clauses", "model_type", "transforms"),
    [
        ("OPTIONS(Model_Type = 'kmeans')", "KMEANS", False),
        ("TRANSFORM(x) OPTIONS(model_type='linear_reg')", "LINEAR_REG", True),
        ("OPTIONS(a=1) AS SELECT transform (x) AS model_type", None, False),
    ],
)
def test_what_decides_about_serving_is_read(
    clauses: str, model_type: str | None, transforms: bool
) -> None:
    """Type and TRANSFORM are known before the training is paid for."""
    statement = read_statement(f"CREATE MODEL d.m {clauses}")
    assert (statement.model_type, statement.transforms) == (model_type, transforms)


def test_spaces_at_the_ends_do_not_change_the_hash() -> None:
    """An editor that adds a newline does not cause a training."""
    sql = "CREATE MODEL d.m AS SELECT 1"
    assert read_statement(sql).sha256 == read_statement(f"\n{sql}\n").sha256
    assert read_statement(sql).sha256 != read_statement(sql.lower()).sha256


@pytest.mark.parametrize(
    ("sql", "query"),
    [
        ("CREATE MODEL d.m OPTIONS(a='AS') AS SELECT 1 AS x", "SELECT 1 AS x"),
        ("CREATE MODEL d.m AS (SELECT 1 AS x); SELECT 2", "(SELECT 1 AS x)"),
        ("CREATE MODEL d.m TRANSFORM(a + 1 AS b) AS WITH t AS (SELECT 1) SELECT *\nFROM t -- end",
         "WITH t AS (SELECT 1) SELECT *\nFROM t"),
        ("BEGIN CREATE MODEL d.m AS SELECT 1; END", "SELECT 1"),
        ("CREATE MODEL d.m AS (training_data AS (SELECT 1), custom_holiday AS (SELECT 2))", None),
        ("CREATE MODEL d.m INPUT(a INT64) REMOTE WITH CONNECTION p.r.c", None),
    ],
)  # fmt: skip
def test_the_training_query_is_what_stands_behind_as(sql: str, query: str | None) -> None:
    """None where the rows do not come from a single query."""
    assert read_statement(sql).query == query
