"""Requests of several statements."""

from __future__ import annotations

import pytest

from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.scripts import model_script, plain_statements, refuse_statements
from bqml_export.sql.tokens import read_sql


@pytest.mark.parametrize(
    ("sql", "statements"),
    [
        ("SELECT 1; SELECT 2", ()),
        ("BEGIN SELECT 'DROP MODEL m'; END", ()),
        ("DROP MODEL m;", ("DROP MODEL m",)),
        ("SELECT ';'; DROP MODEL m; ; SELECT 2;", ("SELECT ';'", "DROP MODEL m", "SELECT 2")),
        ("SELECT * FROM ML.WEIGHTS(MODEL m)", ("SELECT * FROM ML.WEIGHTS(MODEL m)",)),
        ("BEGIN DROP MODEL m; SELECT 1; END", ("DROP MODEL m", "SELECT 1")),
        ("BEGIN BEGIN DROP MODEL m; END; SELECT 1; END;", ("DROP MODEL m", "SELECT 1")),
        ("SELECT ML.BUCKETIZE(1, [2])", ("SELECT ML.BUCKETIZE(1, [2])",)),
    ],
)
def test_a_request_is_ours_when_it_uses_models(sql: str, statements: tuple[str, ...]) -> None:
    """Statements are split at semicolons; requests without models are left alone."""
    assert tuple(part.text for part in model_script(read_sql(sql))) == statements


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("LOOP DROP MODEL m; END LOOP", "LOOP"),
        ("BEGIN DROP MODEL m; EXCEPTION WHEN ERROR THEN SELECT 1; END", "EXCEPTION"),
        ("CREATE TEMP TABLE t AS SELECT 1; DROP MODEL m", "Temporary tables"),
        ("BEGIN TRANSACTION; DROP MODEL m; COMMIT", "BEGIN"),
        ("WHILE FALSE DO DROP MODEL m; END WHILE", "WHILE"),
        ("IF TRUE THEN DROP MODEL m; END IF", "IF"),
        ("REPEAT DROP MODEL m; UNTIL TRUE END REPEAT", "REPEAT"),
        ("FOR r IN (SELECT * FROM ML.WEIGHTS(MODEL m)) DO SELECT 1; END FOR", "FOR"),
        ("CREATE OR REPLACE VIEW v AS SELECT * FROM ML.WEIGHTS(MODEL m)", "CREATE VIEW"),
        ("CREATE PROCEDURE p() BEGIN DROP MODEL m; END", "CREATE PROCEDURE"),
        ("SELECT * FROM d.INFORMATION_SCHEMA.MODEL_OPTIONS", "INFORMATION_SCHEMA.MODEL_"),
        ("SELECT * FROM `p.d.INFORMATION_SCHEMA.MODEL_OPTIONS`", "INFORMATION_SCHEMA.MODEL_"),
    ],
)
def test_models_in_procedural_sql_are_refused(sql: str, text: str) -> None:
    """What cannot run here is named; it never goes to the backend."""
    with pytest.raises(NotSupportedError, match=text):
        model_script(read_sql(sql))


def test_block_without_an_end_is_a_syntax_error() -> None:
    """Nothing of it runs."""
    with pytest.raises(InvalidQueryError, match="Expected END"):
        model_script(read_sql("BEGIN DROP MODEL m"))


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
    statements = plain_statements(read_sql(sql))
    assert len(statements) == count
    assert count > 1 or statements[0].text == sql


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
        refuse_statements(read_sql(sql))


@pytest.mark.parametrize("sql", ["ALTER TABLE d.t ADD COLUMN x INT64", "SELECT 'LOAD DATA'", ""])
def test_what_the_backend_does_passes(sql: str) -> None:
    """What the backend does is left to it."""
    refuse_statements(read_sql(sql))
