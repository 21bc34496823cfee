"""BigQuery's names of unnamed columns."""

from __future__ import annotations

import pytest

from bqml_export.sql.column_names import unnamed_columns
from bqml_export.sql.tokens import read_sql


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT 1", {0: "f0_"}),
        ("SELECT COUNT(*), x, SUM(y) FROM t", {0: "f0_", 2: "f1_"}),
        ("SELECT 1 AS a, t.b, s.c.d FROM t", {}),
        ("SELECT *, COUNT(*) OVER () FROM t", {-1: "f0_"}),
        ("SELECT 1, t.* FROM t", {0: "f0_"}),
        ("SELECT 1 UNION ALL SELECT 2 AS x", {0: "f0_"}),
        ("WITH a AS (SELECT 1 AS x) SELECT x + 1 FROM a", {0: "f0_"}),
        ("SELECT @bqml_variable_x, @y", {0: "x", 1: "f0_"}),
        ("INSERT INTO t VALUES (1)", {}),
        ("SELEC 1", {}),
    ],
)
def test_unnamed_columns_are_numbered(sql: str, names: dict[int, str]) -> None:
    """Expressions without a name are f0_, f1_, ... by position."""
    assert unnamed_columns(read_sql(sql)) == names
