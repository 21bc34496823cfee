"""The tables and columns that SQL names."""

from __future__ import annotations

import pytest

from bqml_export.sql.statement import Statement
from bqml_export.sql.tokens import read_sql


def read(sql: str) -> Statement:
    """Returns a statement, or a script, as it comes in a request."""
    return Statement(read_sql(sql))


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT a FROM `p-1.d.t` JOIN d2.x USING (k)", [("p-1", "d", "t"), ("", "d2", "x")]),
        ("WITH c AS (SELECT 1 AS x FROM d.t) SELECT x FROM c", [("", "d", "t")]),
        ("CREATE MODEL d.m OPTIONS(model_type='x') AS SELECT * FROM d.t", [("", "d", "t")]),
        ("SELECT * FROM ML.EVALUATE(MODEL d.m, (SELECT a FROM d.t))", [("", "d", "t")]),
        ("SELECT * FROM ML.WEIGHTS(MODEL d.m) JOIN d.u USING (x)", [("", "d", "u")]),
        ("INSERT INTO d.t (a) SELECT b FROM d.u", [("", "d", "t"), ("", "d", "u")]),
        ("SELECT 1; SELECT * FROM d.t", [("", "d", "t")]),
        ("SELECT * FROM d.INFORMATION_SCHEMA.TABLES", [("", "d", "INFORMATION_SCHEMA.TABLES")]),
        ("EXPORT MODEL d.m OPTIONS(uri='gs://b/x')", []),
        ("SELEC * FRM d.t", []),
    ],
)  # fmt: skip
def test_tables_are_found(sql: str, tables: list[tuple[str, str, str]]) -> None:
    """Tables of any statement are found, ML functions' too; names of WITH clauses are not."""
    found = [(table.project, table.dataset, table.table) for table in read(sql).tables]
    assert found == tables


@pytest.mark.parametrize(
    ("sql", "column", "is_read"),
    [
        ("SELECT a FROM d.t", "b", False),
        ("SELECT a FROM d.t WHERE B > 1", "b", True),
        ("SELECT COUNT(*) FROM d.t", "b", False),
        ("SELECT * FROM d.t", "b", True),
        ("SELECT a FROM d.t; SELECT t.* FROM d.t", "b", True),
    ],
)
def test_columns_that_are_not_named_are_not_read(sql: str, column: str, is_read: bool) -> None:
    """Only the columns that a query can mean count."""
    (table,) = read(sql).tables
    assert (table.columns is None or column in table.columns) == is_read


def test_nested_models_are_found() -> None:
    """A model inside the data argument of another one's function is found after it."""
    sql = (
        "SELECT * FROM ML.PREDICT(MODEL a.x, (SELECT * FROM ML.PREDICT(MODEL `p.b.y`, TABLE d.t)))"
    )
    assert [path.model for path in read(sql).models] == ["x", "y"]
