"""Common table expressions that a place in a query can see."""

from __future__ import annotations

from dataclasses import dataclass, field

from bqml_export.embedded.sql.tokens import Token, tokenize
from bqml_export.errors import NotSupportedError


@dataclass(slots=True)
class _Scope:
    """One pair of parentheses: the CTEs that its WITH clause has defined so far."""

    definitions: list[str] = field(default_factory=list)
    in_with: bool = False
    recursive: bool = False
    opened_by_cte: int | None = None
    """Where the definition that these parentheses are the body of begins."""


def with_prefix(sql: str, position: int) -> str:
    """Returns `WITH a AS (...), b AS (...) ` of the CTEs visible at `position`, or "".

    A query argument that is cut out of `sql` at `position` runs alone after this prefix.

    Raises:
        NotSupportedError: One of them is in a WITH RECURSIVE.
    """
    scopes = _scopes_at(sql, position)
    definitions = [text for scope in scopes for text in scope.definitions]
    if any(scope.recursive and scope.definitions for scope in scopes):
        raise NotSupportedError(
            "ML functions that read a WITH RECURSIVE are not supported by the embedded BigQuery ML"
        )
    return f"WITH {', '.join(definitions)} " if definitions else ""


def _scopes_at(sql: str, position: int) -> list[_Scope]:
    tokens = tokenize(sql)
    scopes = [_Scope()]
    for index, token in enumerate(tokens):
        if token.start >= position:
            break
        scope = scopes[-1]
        if token.nesting > 0:
            scopes.append(_Scope(opened_by_cte=_definition_start(tokens, index, scope)))
        elif token.nesting < 0 and len(scopes) > 1:
            begin = scopes.pop().opened_by_cte
            if begin is not None:
                scopes[-1].definitions.append(sql[begin : token.end])
                scopes[-1].in_with = _next_word(tokens, index) == ","
        elif token.word == "WITH" and _next_word(tokens, index) not in ("OFFSET", "CONNECTION"):
            scope.in_with = True
            scope.recursive = _next_word(tokens, index) == "RECURSIVE"
    return scopes


def _definition_start(tokens: tuple[Token, ...], index: int, scope: _Scope) -> int | None:
    if scope.in_with and index >= 2 and tokens[index - 1].word == "AS":
        return tokens[index - 2].start
    return None


def _next_word(tokens: tuple[Token, ...], index: int) -> str:
    return tokens[index + 1].word if index + 1 < len(tokens) else ""
