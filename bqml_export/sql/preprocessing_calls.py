"""Calls of BigQuery ML's preprocessing functions, ML.<function>(...) [OVER ()], inside SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bqml_export.errors import InvalidQueryError
from bqml_export.sql.arguments import Arguments
from bqml_export.sql.tokens import Sql, Token, expression


@dataclass(frozen=True, slots=True)
class PreprocessingCall:
    """One call; in its arguments inner calls have been replaced already."""

    name: str
    arguments: Arguments
    analytic: bool


def calls_preprocessing(sql: Sql) -> bool:
    return any(_is_call(sql, index) for index in range(len(sql)))


def replace_calls(sql: Sql, replace: Callable[[PreprocessingCall], str]) -> Sql:
    """Returns `sql` with every call replaced by an expression, the innermost first."""
    edits: list[tuple[int, int, tuple[Token, ...]]] = []
    index = 0
    while index < len(sql):
        if not _is_call(sql, index):
            index += 1
            continue
        end, name = sql.closing(index + 3), sql[index + 2].word
        inner = [replace_calls(part, replace) for part in sql[index + 4 : end].split(",")]
        behind = _behind_over(sql, end + 1)
        call = PreprocessingCall(name, Arguments(name, tuple(inner)), analytic=behind > end + 1)
        edits.append((index, behind, (expression(replace(call)),)))
        index = behind
    return sql.edited(edits)


def _is_call(sql: Sql, index: int) -> bool:
    if sql[index].word != "ML":
        return False
    words = sql.words(index, 5)
    return len(words) == 5 and words[1] == "." and words[3] == "(" and words[4] != "MODEL"


def _behind_over(sql: Sql, index: int) -> int:
    if sql.words(index, 3) == ("OVER", "(", ")"):
        return index + 3
    if sql.words(index, 1) == ("OVER",):
        raise InvalidQueryError("ML functions take an empty OVER() clause only")
    return index
