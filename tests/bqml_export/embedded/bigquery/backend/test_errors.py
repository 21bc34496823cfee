"""What the backend says, in BigQuery's words."""

from __future__ import annotations

import pytest

from bqml_export.embedded.bigquery.backend.errors import query_error, readable
from bqml_export.errors import NotFoundError

PARSER = "Query execution failed: Parser Error"
BINDER = "Query execution failed: Binder Error"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Not found: dataset:p.d", "Not found: Dataset p:d"),
        ("Not found: Table p.d.t was not found in", "Not found: Table p:d.t was not found in"),
        ("Syntax error: got <T>. Line 1, Col: 11.\n \x1b[4mX\x1b[0m", "Syntax error at [1:11]"),
        (f'{PARSER}: syntax error at or near "X"\n\nLINE 1: X', 'Syntax error: Unexpected "X"'),
        (f'{BINDER}: Referenced column "c" not found in FROM clause!', "Unrecognized name: c"),
        ("Query execution failed: Invalid Input Error: boo", "boo"),
    ],
)
def test_messages_are_one_line_of_bigquerys_words(said: str, words: str) -> None:
    """No terminal colours, no token dumps, no second line."""
    assert readable(said) == words


def test_nobody_is_denied() -> None:
    """The backend's "access denied" for a missing dataset is what BigQuery says: not found."""
    message = "Access Denied: Table p:d.t: User does not have permission to query table p:d.t"
    error = query_error({"reason": "accessDenied", "message": message})
    assert isinstance(error, NotFoundError)
    assert str(error) == "Not found: Dataset p:d was not found"


def test_reasons_are_kept() -> None:
    """Clients decide by the reason what exception they raise."""
    assert query_error({"reason": "invalid", "message": "x"}).reason == "invalid"
