"""DECLARE, SET and the uses of variables."""

from __future__ import annotations

import pytest

from bqml_export.embedded.sql.variables import Assignment, parse_assignment, use_parameters
from bqml_export.errors import InvalidQueryError, NotSupportedError, QueryError


@pytest.mark.parametrize(
    ("sql", "assignment"),
    [
        ("DECLARE x INT64", Assignment(("x",), "INT64", "NULL", declares=True)),
        ("DECLARE X, y DATE DEFAULT f(1)", Assignment(("x", "y"), "DATE", "f(1)", declares=True)),
        ("DECLARE d DEFAULT 1 + 2", Assignment(("d",), "", "1 + 2", declares=True)),
        ("SET x = (SELECT 1)", Assignment(("x",), "", "(SELECT 1)", declares=False)),
        ("SELECT 1", None),
    ],
)  # fmt: skip
def test_assignments_are_read(sql: str, assignment: Assignment | None) -> None:
    """Names, type and expression; other statements are none."""
    assert parse_assignment(sql) == assignment


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
        parse_assignment(sql)


def test_only_values_become_parameters() -> None:
    """Parts of names, aliases, functions and literals are left alone."""
    sql = "SELECT x, t.x, x.y, x(1), 'x', X + 1 AS x FROM t"
    used = "SELECT @V, t.x, x.y, x(1), 'x', @V + 1 AS x FROM t"
    assert use_parameters(sql, {"x"}) == used.replace("@V", "@bqml_variable_x")
