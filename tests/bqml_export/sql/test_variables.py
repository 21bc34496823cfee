"""DECLARE, SET and the uses of variables."""

from __future__ import annotations

import pytest

from bqml_export.errors import InvalidQueryError, NotSupportedError, QueryError
from bqml_export.sql.tokens import read_sql
from bqml_export.sql.variables import Assignment, read_assignment, use_parameters


@pytest.mark.parametrize(
    ("sql", "assignment"),
    [
        ("DECLARE x INT64", Assignment(("x",), "INT64", read_sql("NULL"), declares=True)),
        ("DECLARE X, y DATE DEFAULT f(1)",
         Assignment(("x", "y"), "DATE", read_sql("f(1)"), declares=True)),
        ("DECLARE d DEFAULT 1 + 2", Assignment(("d",), "", read_sql("1 + 2"), declares=True)),
        ("SET x = (SELECT 1)", Assignment(("x",), "", read_sql("(SELECT 1)"), declares=False)),
        ("SELECT 1", None),
    ],
)  # fmt: skip
def test_assignments_are_read(sql: str, assignment: Assignment | None) -> None:
    """Names, type and expression; other statements are none."""
    assert read_assignment(read_sql(sql)) == assignment


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("DECLARE", InvalidQueryError),
        ("DECLARE x", InvalidQueryError),
        ("SET x", InvalidQueryError),
        ("SET (x, y) = (1, 2)", NotSupportedError),
        ("SET @@time_zone = 'UTC'", NotSupportedError),
    ],
)
def test_other_forms_are_refused(sql: str, error: type[QueryError]) -> None:
    """A form that is not read is an error, never skipped."""
    with pytest.raises(error):
        read_assignment(read_sql(sql))


def test_only_values_become_parameters() -> None:
    """Parts of names, aliases, functions and literals are left alone."""
    sql = "SELECT x, t.x, x.y, x(1), 'x', X + 1 AS x FROM t"
    used = "SELECT @V, t.x, x.y, x(1), 'x', @V + 1 AS x FROM t"
    assert use_parameters(read_sql(sql), {"x"}).text == used.replace("@V", "@bqml_variable_x")
