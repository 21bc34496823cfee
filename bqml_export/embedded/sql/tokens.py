"""Tokens of GoogleSQL with their place in the text.

Only sqlglot's stock tokenizer and parser are used, never a subclass: subclasses break where the
compiled build of sqlglot is installed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot.dialects.bigquery import BigQuery
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token as SqlglotToken
from sqlglot.tokenizer_core import TokenType

from bqml_export.errors import InvalidQueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LITERAL = frozenset(
    {
        TokenType.STRING,
        TokenType.RAW_STRING,
        TokenType.BYTE_STRING,
        TokenType.HEREDOC_STRING,
        TokenType.NUMBER,
    }
)
_TEXTUAL = _LITERAL | {TokenType.IDENTIFIER}
_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE})


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `sql[start:end]` is its text with quotes.

    `word` is the upper-case text of a keyword, plain identifier or symbol, and empty for literals
    and quoted identifiers, so that `'ML'` and `` `ML` `` are never taken for the keyword.
    """

    word: str
    start: int
    end: int
    nesting: int
    """+1 opens a bracket, -1 closes one, 0 neither."""
    placeholder: bool = False
    """True for a positional query parameter, `?`."""
    literal: bool = False
    """True for a string, bytes or number."""


def tokenize(sql: str) -> tuple[Token, ...]:
    """Returns the tokens of `sql` without comments.

    Raises:
        InvalidQueryError: The text cannot be split, for example an unclosed string.
    """
    tokens: list[Token] = []
    previous_end = 0
    commands = BigQuery.Tokenizer.COMMANDS
    after_command = False
    for token in _split_text(sql):
        if after_command and token.token_type == TokenType.STRING:
            # The tokenizer keeps what follows BEGIN, CALL, WHILE ... as one piece of text.
            inner = tokenize(sql[previous_end : token.end + 1])
            tokens += [_moved(part, previous_end) for part in inner]
        else:
            tokens.append(_token(token))
        after_command = token.token_type in commands
        previous_end = token.end + 1
    return tuple(tokens)


def _split_text(sql: str) -> list[SqlglotToken]:
    try:
        return BigQuery().tokenize(sql)
    except SqlglotError as exc:
        message = str(exc).splitlines()[0]
        raise InvalidQueryError(f"Syntax error: {message}") from exc


def _token(token: SqlglotToken) -> Token:
    return Token(
        word="" if token.token_type in _TEXTUAL else token.text.upper(),
        start=token.start,
        end=token.end + 1,
        nesting=(token.token_type in _OPENING) - (token.token_type in _CLOSING),
        placeholder=token.token_type == TokenType.PLACEHOLDER,
        literal=token.token_type in _LITERAL,
    )


def _moved(token: Token, offset: int) -> Token:
    return replace(token, start=token.start + offset, end=token.end + offset)


def words(tokens: Sequence[Token], start: int, count: int) -> tuple[str, ...]:
    """Returns the words of up to `count` tokens from index `start`."""
    return tuple(token.word for token in tokens[start : start + count])


def closing(tokens: Sequence[Token], opening: int) -> int:
    """Returns the index of the bracket that closes the one at index `opening`.

    Raises:
        InvalidQueryError: It is never closed.
    """
    depth = 0
    for index in range(opening, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    raise InvalidQueryError('Syntax error: Expected ")" but got end of statement')


def split(tokens: Sequence[Token], separator: str) -> list[Sequence[Token]]:
    """Returns the runs of `tokens` between top-level `separator`s, empty runs left out."""
    runs: list[Sequence[Token]] = []
    depth, begin = 0, 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0 and token.word == separator:
            runs.append(tokens[begin:index])
            begin = index + 1
    runs.append(tokens[begin:])
    return [run for run in runs if run]
