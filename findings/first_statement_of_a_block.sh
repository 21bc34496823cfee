#!/usr/bin/env bash
# The guess: sqlglot may not know BigQuery's scripts (BEGIN, LOOP, WHILE, CALL), and then falls back
#   to a `Command` for the whole. Its tokenizer does not care: it cuts any text into words, numbers
#   and literals.
# The behaviour: the tokenizer itself takes everything between BEGIN, LOOP, WHILE or CALL at the
#   start of a statement and the next `;` as one token of type STRING, the type of a literal. So of
#   two like statements in one block, the first is one opaque "literal" without a single table, and
#   the second is cut and parsed as usual. Inside a CREATE PROCEDURE the same BEGIN keeps nothing
#   back: there each word is a token (the table of the first statement is missing all the same).
# Why it matters here: a reader of SQL scripts must tokenise such a piece again, and a lineage or a
#   replacement of literals that goes by token types would take code for data. It is easy to miss: a
#   block of one statement looks "unsupported", a longer one looks supported.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check sqlglot==30.11.0

cat > program.py <<'PYTHON'
import logging

import sqlglot
from sqlglot import exp
from sqlglot.tokens import TokenType

logging.getLogger("sqlglot").setLevel(logging.ERROR)
TWO = "DELETE FROM sales WHERE day = 'a;b'; DELETE FROM orders WHERE day = 'a;b';"
SCRIPTS = {
    "BEGIN": f"BEGIN {TWO} END;",
    "LOOP": f"LOOP {TWO} LEAVE; END LOOP;",
    "WHILE": f"WHILE TRUE DO {TWO} END WHILE;",
    "CREATE PROCEDURE": f"CREATE PROCEDURE p() BEGIN {TWO} END;",
    "CALL": "CALL archive('a;b', DATE '2026-01-01');",
}


def texts(script):
    """What the tokenizer calls string literals."""
    tokens = sqlglot.tokenize(script, read="bigquery")
    return [token.text for token in tokens if token.token_type == TokenType.STRING]


def tables(script):
    trees = filter(None, sqlglot.parse(script, read="bigquery"))
    return [table.name for tree in trees for table in tree.find_all(exp.Table)]


for name, script in SCRIPTS.items():
    print(f"{script}\n    literals {texts(script)}, tables {tables(script)}")

first = TWO.partition(";")[0] + ";b'"
assert texts(TWO) == ["a;b", "a;b"] and tables(TWO) == ["sales", "orders"]
assert texts(SCRIPTS["BEGIN"]) == texts(SCRIPTS["LOOP"]) == [first, "a;b"]
assert texts(SCRIPTS["WHILE"]) == [f"TRUE DO {first}", "a;b"]
assert texts(SCRIPTS["CALL"]) == ["archive('a;b', DATE '2026-01-01')"]
assert texts(SCRIPTS["CREATE PROCEDURE"]) == ["a;b", "a;b"]
assert tables(SCRIPTS["CREATE PROCEDURE"]) == ["p", "orders"]
for name in ("BEGIN", "LOOP", "WHILE"):
    assert tables(SCRIPTS[name]) == ["orders"]
PYTHON

venv/bin/pip list 2>/dev/null | grep -E '^sqlglot '
venv/bin/python program.py
