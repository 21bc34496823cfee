"""The select list of TRANSFORM(...)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bqml_export.embedded.sql.tokens import Token, closing, split, tokenize, words
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class SelectItem:
    """One item: an expression with its name, or `*` (name is None) without `excluded` columns."""

    sql: str
    name: str | None
    excluded: frozenset[str] = frozenset()


def select_items(sql: str, tokens: Sequence[Token]) -> tuple[SelectItem, ...]:
    """Returns the items of the list that `tokens` of `sql` write.

    Raises:
        InvalidQueryError: The list is empty, or an expression has no name.
        NotSupportedError: It holds `* REPLACE`.
    """
    runs = split(tokens, ",")
    if not runs:
        raise InvalidQueryError("Syntax error: TRANSFORM needs a select list")
    if any(token.word == "@" or token.placeholder for token in tokens):
        raise InvalidQueryError("Query parameters cannot be used in the TRANSFORM clause")
    return tuple(_item(sql, run) for run in runs)


def _item(sql: str, run: Sequence[Token]) -> SelectItem:
    text = sql[run[0].start : run[-1].end]
    if run[0].word == "*":
        return SelectItem(text, None, _excluded(sql, run))
    last = sql[run[-1].start : run[-1].end].strip("`")
    if len(run) > 2 and run[-2].word == "AS":
        return SelectItem(sql[run[0].start : run[-3].end], last)
    if len(run) == 1 and not run[0].literal:
        return SelectItem(text, last)
    if _names_a_call(run):
        return SelectItem(sql[run[0].start : run[-2].end], last)
    raise InvalidQueryError(f"TRANSFORM: the expression {text} needs a name (... AS name)")


def _names_a_call(run: Sequence[Token]) -> bool:
    """Returns whether the item is a call and a name without AS."""
    last = run[-1]
    is_name = not (last.literal or last.nesting or last.word == "END")
    return len(run) > 1 and run[-2].word == ")" and is_name


def _excluded(sql: str, run: Sequence[Token]) -> frozenset[str]:
    if len(run) == 1:
        return frozenset()
    if words(run, 1, 2) != ("EXCEPT", "(") or closing(run, 2) != len(run) - 1:
        raise NotSupportedError(
            "TRANSFORM: after * only EXCEPT (...) is supported by the embedded BigQuery ML"
        )
    names = [sql[t.start : t.end].strip("`") for t in run[3:-1] if t.word != ","]
    return frozenset(name.lower() for name in names)


def referenced(sql: str, names: Iterable[str]) -> frozenset[str]:
    """Returns those of the column `names` that the expression may read."""
    mentioned = {
        sql[token.start : token.end].strip("`").lower()
        for token in tokenize(sql)
        if not token.literal
    }
    return frozenset(name for name in names if name.lower() in mentioned)
