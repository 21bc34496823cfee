"""Which scripts can run statement by statement."""

from __future__ import annotations

import pytest

from bqml_export.embedded.sql.plain_script import plain_statements


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("SELECT 1", 1),
        ("SELECT ';'; -- a; b\nSELECT 2;", 2),
        ("DECLARE x INT64; SELECT x", 1),
        ("CREATE TEMP TABLE t AS SELECT 1; SELECT * FROM t", 1),
        ("CREATE TEMPORARY FUNCTION f() AS (1); SELECT f()", 1),
        ("BEGIN SELECT 1; SELECT 2; END", 1),
        ("SELECT 1; BEGIN TRANSACTION; COMMIT", 1),
    ],
)
def test_only_plain_statements_are_split(sql: str, count: int) -> None:
    """Variables, blocks, transactions and temporary objects keep a script whole."""
    statements = plain_statements(sql)
    assert len(statements) == count
    assert count > 1 or statements == (sql,)
