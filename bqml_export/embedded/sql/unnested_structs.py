"""UNNEST of the arrays that ML functions return, whose fields GoogleSQL lets stand without a name.

`SELECT label, prob FROM t, UNNEST(predicted_x_probs)` is common in tutorials; the backend only
finds the fields as `p.label`. So the array gets an alias, and its fields that alias.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bqml_export.embedded.sql.tokens import Token, closing, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ARRAYS = {
    "_PROBS": frozenset({"LABEL", "PROB"}),
    "CATEGORY_WEIGHTS": frozenset({"CATEGORY", "WEIGHT"}),
    "TOP_FEATURE_ATTRIBUTIONS": frozenset({"FEATURE", "ATTRIBUTION"}),
}
# Some keywords of two words, such as ORDER BY, are one token: the first word counts after a table,
# the last one before a column.
_AFTER_TABLE = frozenset({
    "WITH", "WHERE", "GROUP", "ORDER", "LIMIT", "JOIN", "CROSS", "INNER", "LEFT", "RIGHT", "FULL",
    "ON", "USING", "HAVING", "QUALIFY", "WINDOW", "UNION", "EXCEPT", "INTERSECT", ",", ")", ";",
})  # fmt: skip
_BEFORE_COLUMN = frozenset({
    "SELECT", "DISTINCT", "ALL", "STRUCT", "WHERE", "AND", "OR", "NOT", "ON", "BY", "HAVING",
    "QUALIFY", "CASE", "WHEN", "THEN", "ELSE", "IN", "LIKE", "BETWEEN", ",", "(", "[", "=", "<",
    ">", "<=", ">=", "!=", "<>", "+", "-", "*", "/", "||",
})  # fmt: skip
_SET_OPERATORS = frozenset({"UNION", "INTERSECT", "EXCEPT"})


@dataclass(frozen=True, slots=True)
class _Field:
    """A bare field; `is_item` where it is a whole item of a select list, and so names a column."""

    token: Token
    is_item: bool


def name_fields(sql: str) -> str:
    """Returns `sql` with an alias for each such array and before each of its bare fields."""
    tokens = tokenize(sql) if "UNNEST" in sql.upper() else ()
    inserts: dict[int, str] = {}
    for index, token in enumerate(tokens):
        if token.word != "UNNEST" or index == 0 or index + 1 >= len(tokens):
            continue
        if tokens[index - 1].word not in ("FROM", ",", "JOIN"):
            continue
        end = closing(tokens, index + 1)
        fields = _fields(sql, tokens[index + 2 : end])
        if not fields:
            continue
        alias = _alias(sql, tokens, end)
        if alias is None:
            alias = f"bqml_unnested_{index}"
            inserts[tokens[end].end] = f" AS {alias}"
        for column in _bare_fields(sql, tokens, index, fields):
            start, end = column.token.start, column.token.end
            inserts[start] = f"{alias}."
            if column.is_item:
                inserts[end] = f" AS {sql[start:end]}"
    for position in sorted(inserts, reverse=True):
        sql = sql[:position] + inserts[position] + sql[position:]
    return sql


def _fields(sql: str, argument: Sequence[Token]) -> frozenset[str]:
    for token in argument:
        name = _name(sql, token)
        for array, fields in _ARRAYS.items():
            if name == array or (array == "_PROBS" and name.endswith(array)):
                return fields
    return frozenset()


def _name(sql: str, token: Token) -> str:
    return "" if token.literal else sql[token.start : token.end].strip("`").upper()


def _alias(sql: str, tokens: Sequence[Token], end: int) -> str | None:
    following = tokens[end + 1 : end + 3]
    if not following or following[0].word.split(" ")[0] in _AFTER_TABLE:
        return None
    alias = following[1] if following[0].word == "AS" else following[0]
    return sql[alias.start : alias.end]


def _bare_fields(
    sql: str, tokens: Sequence[Token], unnest: int, fields: frozenset[str]
) -> Iterator[_Field]:
    """Yields the fields without a name in the SELECT around the UNNEST."""
    first, last = _select_around(tokens, unnest)
    shown: set[str] = set()
    clause, depth, index = "", 0, first
    while index < last:
        token = tokens[index]
        if token.nesting > 0 and (index == unnest + 1 or _begins_query(tokens, index + 1)):
            index = closing(tokens, index) + 1
            continue
        depth += token.nesting
        word = token.word.split(" ")[0]
        clause = word if word in ("SELECT", "FROM", "ORDER") else clause
        name = _name(sql, token)
        if name in fields:
            if clause == "SELECT":
                shown.add(name)
            is_output = clause == "ORDER" and name in shown
            if not is_output and _is_column(tokens, index):
                yield _Field(token, clause == "SELECT" and _is_item(tokens, index, depth))
        index += 1


def _is_column(tokens: Sequence[Token], index: int) -> bool:
    following = tokens[index + 1].word if index + 1 < len(tokens) else ""
    before = tokens[index - 1].word.split(" ")[-1]
    return before in _BEFORE_COLUMN and following not in ("(", ".")


def _is_item(tokens: Sequence[Token], index: int, depth: int) -> bool:
    around = (tokens[index - 1].word, tokens[index + 1].word)
    return depth == 0 and around[0] in ("SELECT", "DISTINCT", ",") and around[1] in (",", "FROM")


def _begins_query(tokens: Sequence[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].word in ("SELECT", "WITH")


def _select_around(tokens: Sequence[Token], index: int) -> tuple[int, int]:
    """Returns the range of tokens of the SELECT that the token at `index` is in."""
    first = _boundary(tokens, range(index - 1, -1, -1))
    last = _boundary(tokens, range(index, len(tokens)))
    return first + 1, last


def _boundary(tokens: Sequence[Token], places: range) -> int:
    """Returns the nearest bracket around, set operator or semicolon in the order of `places`."""
    depth = 0
    for place in places:
        token = tokens[place]
        depth += token.nesting * places.step
        if depth < 0:
            return place
        following = tokens[place + 1].word if place + 1 < len(tokens) else ""
        if depth == 0 and (token.word == ";" or _joins_queries(token, following)):
            return place
    return places.stop


def _joins_queries(token: Token, following: str) -> bool:
    return token.word in _SET_OPERATORS and following != "("
