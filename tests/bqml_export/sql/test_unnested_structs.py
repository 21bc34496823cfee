"""Fields of ML functions' arrays without a table's name."""

from __future__ import annotations

import pytest

from bqml_export.sql.tokens import read_sql
from bqml_export.sql.unnested_structs import name_fields


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "SELECT label, prob FROM t, UNNEST(x_probs) AS p",
            "SELECT p.label AS label, p.prob AS prob FROM t, UNNEST(x_probs) AS p",
        ),
        (
            "SELECT (SELECT prob FROM UNNEST(`x_probs`) p WHERE label = 'a')",
            "SELECT (SELECT p.prob AS prob FROM UNNEST(`x_probs`) p WHERE p.label = 'a')",
        ),
        (
            "SELECT MAX(prob) AS prob FROM t CROSS JOIN UNNEST(q.x_probs) p ORDER BY prob",
            "SELECT MAX(p.prob) AS prob FROM t CROSS JOIN UNNEST(q.x_probs) p ORDER BY prob",
        ),
        (
            "SELECT IF(a, label, 1) FROM UNNEST(x_probs) p GROUP BY label HAVING label > 1",
            "SELECT IF(a, p.label, 1) FROM UNNEST(x_probs) p GROUP BY p.label HAVING p.label > 1",
        ),
        (
            "SELECT prob label FROM t, UNNEST(x_probs) p UNION ALL SELECT label FROM u",
            "SELECT p.prob label FROM t, UNNEST(x_probs) p UNION ALL SELECT label FROM u",
        ),
        (
            "WITH a AS (SELECT label FROM u) SELECT 1 FROM a, UNNEST(x_probs) p ORDER BY label",
            "WITH a AS (SELECT label FROM u) SELECT 1 FROM a, UNNEST(x_probs) p ORDER BY p.label",
        ),
        ("SELECT label FROM UNNEST(others)", "SELECT label FROM UNNEST(others)"),
        ("SELECT label IN UNNEST(x_probs) FROM t", "SELECT label IN UNNEST(x_probs) FROM t"),
    ],
)
def test_bare_fields_get_the_alias(sql: str, expected: str) -> None:
    """Only in the SELECT of the UNNEST, and neither aliases nor columns of other tables."""
    assert name_fields(read_sql(sql)).text == expected


@pytest.mark.parametrize(
    "tail", ["", " WITH OFFSET AS o", " LIMIT 1", " JOIN u ON TRUE", " GROUP BY 1"]
)
def test_array_without_an_alias_gets_one(tail: str) -> None:
    """What follows the array stays after it."""
    sql = f"SELECT category FROM UNNEST((SELECT category_weights FROM w)){tail}"
    named = name_fields(read_sql(sql)).text
    alias = named.removeprefix("SELECT ").partition(".")[0]
    assert named.endswith(f"FROM UNNEST((SELECT category_weights FROM w)) AS {alias}{tail}")
