"""Requests of several statements."""

from __future__ import annotations

import pytest

from bqml_export.embedded.sql.scripts import model_script
from bqml_export.errors import InvalidQueryError, NotSupportedError


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
    assert model_script(sql) == statements


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
        model_script(sql)


def test_block_without_an_end_is_a_syntax_error() -> None:
    """Nothing of it runs."""
    with pytest.raises(InvalidQueryError, match="Expected END"):
        model_script("BEGIN DROP MODEL m")
