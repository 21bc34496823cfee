"""UNNEST of the arrays that ML functions return, whose fields GoogleSQL lets stand without a name.

`SELECT label, prob FROM t, UNNEST(predicted_x_probs)` is common in tutorials; the backend only
finds the fields as `p.label`. So the array gets an alias, and its fields that alias.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bqml_export.sql.tokens import Sql, Token, joined, plain_name, read_sql

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


_AS, _DOT = read_sql("AS .")


@dataclass(frozen=True, slots=True)
class _Field:
    """A bare field; `is_item` where it is a whole item of a select list, and so names a column."""

    index: int
    is_item: bool


def name_fields(sql: Sql) -> Sql:
    """Returns `sql` with an alias for each such array and before each of its bare fields."""
    edits: dict[int, Sql] = {}
    for index, token in enumerate(sql):
        if token.word != "UNNEST" or index == 0 or index + 1 >= len(sql):
            continue
        if sql[index - 1].word not in ("FROM", ",", "JOIN"):
            continue
        end = sql.closing(index + 1)
        fields = _fields(sql[index + 2 : end])
        if not fields:
            continue
        alias = _alias(sql, end)
        if alias is None:
            alias = plain_name(f"bqml_unnested_{index}")
            edits[end] = joined([sql[end : end + 1], (_AS,), (alias,)], " ")
        for column in _bare_fields(sql, index, fields):
            name = sql[column.index : column.index + 1]
            path = joined([(alias,), (_DOT,), name])
            edits[column.index] = joined([path, (_AS,), name], " ") if column.is_item else path
    return sql.edited((index, index + 1, edits[index]) for index in sorted(edits))


def _fields(argument: Sql) -> frozenset[str]:
    for token in argument:
        name = _name(token)
        for array, fields in _ARRAYS.items():
            if name == array or (array == "_PROBS" and name.endswith(array)):
                return fields
    return frozenset()


def _name(token: Token) -> str:
    return "" if token.literal else token.name.upper()


def _alias(sql: Sql, end: int) -> Token | None:
    following = sql[end + 1 : end + 3]
    if not following or following[0].word.split(" ")[0] in _AFTER_TABLE:
        return None
    return following[1] if following[0].word == "AS" else following[0]


def _bare_fields(sql: Sql, unnest: int, fields: frozenset[str]) -> Iterator[_Field]:
    index, last = _select_around(sql, unnest)
    shown: set[str] = set()
    clause, depth = "", 0
    while index < last:
        token = sql[index]
        if token.nesting > 0 and (index == unnest + 1 or _begins_query(sql, index + 1)):
            index = sql.closing(index) + 1
            continue
        depth += token.nesting
        word = token.word.split(" ")[0]
        clause = word if word in ("SELECT", "FROM", "ORDER") else clause
        name = _name(token)
        if name in fields:
            if clause == "SELECT":
                shown.add(name)
            is_output = clause == "ORDER" and name in shown
            if not is_output and _is_column(sql, index):
                yield _Field(index, clause == "SELECT" and _is_item(sql, index, depth))
        index += 1


def _is_column(sql: Sql, index: int) -> bool:
    before = sql[index - 1].word.split(" ")[-1]
    return before in _BEFORE_COLUMN and sql.words(index + 1, 1) not in (("(",), (".",))


def _is_item(sql: Sql, index: int, depth: int) -> bool:
    around = (sql[index - 1].word, sql[index + 1].word)
    return depth == 0 and around[0] in ("SELECT", "DISTINCT", ",") and around[1] in (",", "FROM")


def _begins_query(sql: Sql, index: int) -> bool:
    return sql.words(index, 1) in (("SELECT",), ("WITH",))


def _select_around(sql: Sql, index: int) -> tuple[int, int]:
    first = _boundary(sql, range(index - 1, -1, -1))
    return first + 1, _boundary(sql, range(index, len(sql)))


def _boundary(sql: Sql, places: range) -> int:
    """Returns the nearest bracket around, set operator or semicolon in the order of `places`."""
    depth = 0
    for place in places:
        token = sql[place]
        depth += token.nesting * places.step
        if depth < 0:
            return place
        joins = token.word in _SET_OPERATORS and sql.words(place + 1, 1) != ("(",)
        if depth == 0 and (token.word == ";" or joins):
            return place
    return places.stop
