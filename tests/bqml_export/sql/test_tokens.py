"""Tokens of GoogleSQL: nothing of a text is lost, and rewritten texts keep their tokens."""

from __future__ import annotations

import pytest

from bqml_export.errors import InvalidQueryError
from bqml_export.sql.tokens import expression, joined, parameter, quoted_name, read_sql

LEXICAL = [
    "",
    "-- nothing\n",
    "  SELECT 1 ;\r\n# end",
    "SELECT `a b`.`c`, 'it''s', \"d\", r'\\n', b'x', rb\"y\", '''a\n'b''', r\"\"\"c;\"\"\"",
    "SELECT /* ; ( */ @p, @@time_zone, ?, -- )\n x[OFFSET(0)], {d: 1}",
    "SELECT /*+ hint */ 1e3, .5, 0xFF, my-project.d.t, a.b.c",
    "BEGIN\n  SELECT ';'; -- one\n  BEGIN CALL p(1); END;\nEND  ",
    "WHILE TRUE DO SELECT 1; END WHILE; EXECUTE IMMEDIATE 'SELECT 1'",
]


@pytest.mark.parametrize("text", LEXICAL)
def test_the_text_is_what_was_read(text: str) -> None:
    """With its blanks, comments and quotes."""
    assert read_sql(text).text == text


def test_only_plain_words_are_words() -> None:
    """A quoted name, a string and a comment are never taken for a keyword."""
    sql = read_sql("select `SELECT`, 'SELECT', r'SELECT' /* SELECT */ -- SELECT")
    assert [token.word for token in sql] == ["SELECT", "", ",", "", ",", ""]
    assert [token.literal for token in sql[1:]] == [False, False, True, False, True]


def test_what_follows_a_procedural_word_is_read_too() -> None:
    """It is no one piece of text."""
    sql = read_sql("BEGIN SELECT 1; CALL p(2); END")
    words = ["BEGIN", "SELECT", "", ";", "CALL", "P", "(", "", ")", ";", "END"]
    assert [token.word for token in sql] == words


def test_a_text_that_cannot_be_read_is_an_error() -> None:
    """For example with a string that is not closed."""
    with pytest.raises(InvalidQueryError, match="Syntax error"):
        read_sql("SELECT 'a")


def test_a_part_has_no_blanks_around_it() -> None:
    """And parts at separators inside brackets stay whole."""
    sql = read_sql("f(a, [b, c]) /* d */ , g ,, ")
    assert [part.text for part in sql.split(",")] == ["f(a, [b, c])", "g"]
    assert sql[sql.closing(1)].text == ")"


def test_an_edit_keeps_what_stands_around_it() -> None:
    """Blanks and comments before a range stay, and the rest is not touched."""
    sql = read_sql("SELECT -- one\n x,  y -- end")
    edited = sql.edited([(1, 2, parameter("p")), (3, 4, (expression("(2 + 3)"),))])
    assert edited.text == "SELECT -- one\n @p,  (2 + 3) -- end"


def test_a_made_text_is_parsed_like_a_read_one() -> None:
    """Without being tokenised again."""
    made = joined([read_sql("SELECT a FROM"), (quoted_name("p-1.d.t"),)], " ")
    (tree,) = made.trees()
    assert tree is not None
    assert tree == read_sql("SELECT a FROM `p-1.d.t`").trees()[0]


def test_procedural_statements_have_no_tree() -> None:
    """The others of the script have."""
    trees = read_sql("CALL p(1); SELECT 1").trees()
    assert [tree is None for tree in trees] == [True, False]
