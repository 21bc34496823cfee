"""The select list of TRANSFORM(...)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.tokens import Sql


@dataclass(frozen=True, slots=True)
class SelectItem:
    """One item: an expression with its name, or `*` (name is None) without `excluded` columns."""

    sql: Sql
    name: str | None
    excluded: frozenset[str] = frozenset()


def select_items(sql: Sql) -> tuple[SelectItem, ...]:
    items = sql.split(",")
    if not items:
        raise InvalidQueryError("Syntax error: TRANSFORM needs a select list")
    if any(token.word == "@" or token.placeholder for token in sql):
        raise InvalidQueryError("Query parameters cannot be used in the TRANSFORM clause")
    return tuple(_item(item) for item in items)


def _item(sql: Sql) -> SelectItem:
    last = sql[-1]
    if sql[0].word == "*":
        return SelectItem(sql, None, _excluded(sql))
    if len(sql) > 2 and sql[-2].word == "AS":
        return SelectItem(sql[:-2], last.name)
    if len(sql) == 1 and not last.literal:
        return SelectItem(sql, last.name)
    if _names_a_call(sql):
        return SelectItem(sql[:-1], last.name)
    raise InvalidQueryError(f"TRANSFORM: the expression {sql.text} needs a name (... AS name)")


def _names_a_call(sql: Sql) -> bool:
    last = sql[-1]
    is_name = not (last.literal or last.nesting or last.word == "END")
    return len(sql) > 1 and sql[-2].word == ")" and is_name


def _excluded(sql: Sql) -> frozenset[str]:
    if len(sql) == 1:
        return frozenset()
    if sql.words(1, 2) != ("EXCEPT", "(") or sql.closing(2) != len(sql) - 1:
        raise NotSupportedError(
            "TRANSFORM: after * only EXCEPT (...) is supported by the embedded BigQuery ML"
        )
    return frozenset(token.name.lower() for token in sql[3:-1] if token.word != ",")


def referenced(sql: Sql, names: Iterable[str]) -> frozenset[str]:
    """Returns those of the column `names` that the expression may read."""
    mentioned = {token.name.lower() for token in sql if not token.literal}
    return frozenset(name for name in names if name.lower() in mentioned)
