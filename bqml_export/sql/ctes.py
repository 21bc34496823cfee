"""Common table expressions that a place in a query can see."""

from __future__ import annotations

from dataclasses import dataclass, field

from bqml_export.errors import NotSupportedError
from bqml_export.sql.tokens import Sql, joined, read_sql

_WITH, _COMMA = read_sql("WITH ,")


@dataclass(slots=True)
class _Scope:
    """One pair of parentheses: the CTEs that its WITH clause has defined so far."""

    definitions: list[Sql] = field(default_factory=list)
    in_with: bool = False
    recursive: bool = False
    opened_by_cte: int | None = None
    """Where the definition that these parentheses are the body of begins."""


def with_visible_ctes(query: Sql, sql: Sql, index: int) -> Sql:
    """Returns a query that is cut out of `sql` at token `index` so that it can run alone.

    It stands behind `WITH a AS (...), b AS (...)` of the CTEs that are visible there.
    """
    scopes = _scopes_at(sql, index)
    definitions = [definition for scope in scopes for definition in scope.definitions]
    if any(scope.recursive and scope.definitions for scope in scopes):
        raise NotSupportedError(
            "ML functions that read a WITH RECURSIVE are not supported by the embedded BigQuery ML"
        )
    if not definitions:
        return query
    first, *others = definitions
    listed = joined([first, *(joined([(_COMMA,), other], " ") for other in others)])
    return joined([(_WITH,), listed, query], " ")


def _scopes_at(sql: Sql, end: int) -> list[_Scope]:
    scopes = [_Scope()]
    for index in range(end):
        token, scope, following = sql[index], scopes[-1], sql.words(index + 1, 1)
        if token.nesting > 0:
            scopes.append(_Scope(opened_by_cte=_definition_start(sql, index, scope)))
        elif token.nesting < 0 and len(scopes) > 1:
            begin = scopes.pop().opened_by_cte
            if begin is not None:
                scopes[-1].definitions.append(sql[begin : index + 1])
                scopes[-1].in_with = following == (",",)
        elif token.word == "WITH" and following not in (("OFFSET",), ("CONNECTION",)):
            scope.in_with = True
            scope.recursive = following == ("RECURSIVE",)
    return scopes


def _definition_start(sql: Sql, index: int, scope: _Scope) -> int | None:
    return index - 2 if scope.in_with and index >= 2 and sql[index - 1].word == "AS" else None
