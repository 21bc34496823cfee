"""Statements that are refused by name."""

from __future__ import annotations

import pytest

from bqml_export.embedded.sql.refused_statements import refuse_statements
from bqml_export.errors import NotSupportedError


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("LOAD DATA INTO d.t FROM FILES(format='CSV', uris=['gs://b/x'])", "LOAD DATA"),
        ("SELECT 1; EXPORT DATA OPTIONS(uri='gs://b/*') AS SELECT 1", "EXPORT DATA"),
        ("CREATE EXTERNAL TABLE d.t OPTIONS(format='CSV')", "CREATE EXTERNAL TABLE"),
        ("ALTER TABLE d.t RENAME TO u", "RENAME TO"),
        ("ALTER TABLE d.t SET OPTIONS(description='x')", "SET OPTIONS"),
        ("ALTER SCHEMA d SET OPTIONS(description='x')", "ALTER SCHEMA"),
    ],
)
def test_what_is_not_done_is_named(sql: str, words: str) -> None:
    """The message has the statement and what to use in its place."""
    with pytest.raises(NotSupportedError, match=words):
        refuse_statements(sql)


@pytest.mark.parametrize("sql", ["ALTER TABLE d.t ADD COLUMN x INT64", "SELECT 'LOAD DATA'", ""])
def test_other_statements_pass(sql: str) -> None:
    """What the backend does is left to it."""
    refuse_statements(sql)
