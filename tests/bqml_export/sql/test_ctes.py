"""CTEs that a cut-out query can see."""

from __future__ import annotations

import pytest

from bqml_export.errors import NotSupportedError
from bqml_export.sql.ctes import with_visible_ctes
from bqml_export.sql.tokens import Sql, read_sql


@pytest.mark.parametrize(
    ("sql", "prefix"),
    [
        ("SELECT HERE", ""),
        ("WITH a AS (SELECT 1), b AS (SELECT (2)) SELECT HERE",
         "WITH a AS (SELECT 1), b AS (SELECT (2)) "),
        ("WITH a AS (SELECT 1), b AS (SELECT HERE), c AS (SELECT 3) SELECT 4",
         "WITH a AS (SELECT 1) "),
        ("WITH a AS (SELECT 1) SELECT * FROM (WITH b AS (SELECT 2) SELECT HERE)",
         "WITH a AS (SELECT 1), b AS (SELECT 2) "),
        ("SELECT * FROM (WITH b AS (SELECT 2) SELECT 1) JOIN HERE", ""),
        ("SELECT * FROM UNNEST([1]) WITH OFFSET AS o, HERE", ""),
        ("WITH a AS (SELECT CAST(x AS STRING), f(AS_OF) FROM t) SELECT HERE",
         "WITH a AS (SELECT CAST(x AS STRING), f(AS_OF) FROM t) "),
    ],
)  # fmt: skip
def test_the_query_stands_behind_what_is_in_scope(sql: str, prefix: str) -> None:
    """CTEs of enclosing queries that are complete before the place, and no others."""
    assert cut_out(read_sql(sql)).text == f"{prefix}SELECT 0"


def cut_out(sql: Sql) -> Sql:
    """Returns a query that stood at HERE."""
    here = [token.word for token in sql].index("HERE")
    return with_visible_ctes(read_sql("SELECT 0"), sql, here)


def test_a_recursive_cte_is_refused() -> None:
    """A recursive definition cannot be cut out."""
    sql = read_sql("WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT * FROM a) SELECT HERE")
    with pytest.raises(NotSupportedError, match="RECURSIVE"):
        cut_out(sql)
