"""GoogleSQL as tokens that keep what stands between them, so that a text is tokenised once.

Parts of a text and texts with parts replaced are made from the tokens that are there. Only
sqlglot's stock tokenizer and parser are used, never a subclass: subclasses break where the compiled
build of sqlglot is installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import overload

from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token as SqlglotToken
from sqlglot.tokenizer_core import TokenType

from bqml_export.errors import InvalidQueryError

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
_NOWHERE = -10
"""The place of a token that no text holds: the parser takes it for no neighbour of any other."""


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """One token.

    Attributes:
        text: What is written, with quotes.
        word: The upper-case text of a keyword, plain identifier or symbol; empty for literals and
            quoted identifiers, so that `'ML'` and `` `ML` `` are never taken for the keyword.
        space: The blanks and comments before it.
        nesting: +1 opens a bracket, -1 closes one, 0 neither.
        literal: Whether it is a string, bytes or number, or an expression as one piece.
        placeholder: Whether it is a positional query parameter, `?`.
        parsed: What sqlglot's parser reads in its place.
    """

    text: str
    word: str
    space: str = ""
    nesting: int = 0
    literal: bool = False
    placeholder: bool = False
    parsed: tuple[SqlglotToken, ...] = ()

    @property
    def name(self) -> str:
        """The text of an identifier without its quotes."""
        return self.text.strip("`")

    @property
    def string(self) -> str | None:
        (first, *_) = self.parsed
        return first.text if self.literal and first.token_type == TokenType.STRING else None


@dataclass(frozen=True, slots=True, eq=False)
class Sql:
    """A text, or a part of one, as its tokens; two are equal when their texts are."""

    tokens: tuple[Token, ...] = ()
    tail: str = ""
    """The blanks and comments behind the last token."""

    @property
    def text(self) -> str:
        return "".join([*(token.space + token.text for token in self.tokens), self.tail])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sql) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[Token]:
        return iter(self.tokens)

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> Sql: ...
    def __getitem__(self, index: int | slice) -> Token | Sql:
        """One token, or a part without the blanks and comments around it."""
        if isinstance(index, int):
            return self.tokens[index]
        return joined([self.tokens[index]])

    def words(self, start: int, count: int) -> tuple[str, ...]:
        """The words of up to `count` tokens from index `start`."""
        return tuple(token.word for token in self.tokens[start : start + count])

    def closing(self, opening: int) -> int:
        depth = 0
        for index in range(opening, len(self.tokens)):
            depth += self.tokens[index].nesting
            if depth == 0:
                return index
        raise InvalidQueryError('Syntax error: Expected ")" but got end of statement')

    def split(self, separator: str) -> list[Sql]:
        """The parts between top-level `separator`s, empty ones left out."""
        cuts, depth = [-1], 0
        for index, token in enumerate(self.tokens):
            depth += token.nesting
            if depth == 0 and token.word == separator:
                cuts.append(index)
        ends = [*cuts[1:], len(self.tokens)]
        parts = [self[cut + 1 : end] for cut, end in zip(cuts, ends, strict=True)]
        return [part for part in parts if part]

    def edited(self, edits: Iterable[tuple[int, int, Iterable[Token]]]) -> Sql:
        """Returns the text with ranges of tokens replaced, given as (start, end, tokens) in order.

        What comes in place of a range keeps the blanks and comments before it.
        """
        kept: list[Token] = []
        position = 0
        for start, end, made in edits:
            first, *rest = made
            kept += self.tokens[position:start]
            kept += [replace(first, space=self.tokens[start].space), *rest]
            position = end
        return Sql((*kept, *self.tokens[position:]), self.tail)

    def trees(self) -> list[exp.Expr | None]:
        """The syntax trees of its statements, None for BEGIN, CALL, LOOP and the like."""
        return [tree for part in self.split(";") for tree in _trees(part)]


def _trees(statement: Sql) -> list[exp.Expr | None]:
    tokens = [parsed for token in statement for parsed in token.parsed]
    if tokens[0].token_type in BigQuery.Tokenizer.COMMANDS:
        return [None]
    return BigQuery().parser().parse(tokens, statement.text)


def read_sql(text: str) -> Sql:
    tokens: list[Token] = []
    end = 0
    after_command = False
    for found in _tokenized(text):
        if after_command and found.token_type == TokenType.STRING:
            # The tokenizer keeps what follows BEGIN, CALL, WHILE ... as one piece of text.
            inner = read_sql(text[end : found.end + 1])
            tokens += inner.tokens
            end = found.end + 1 - len(inner.tail)
        else:
            tokens.append(_token(found, text[found.start : found.end + 1], text[end : found.start]))
            end = found.end + 1
        after_command = found.token_type in BigQuery.Tokenizer.COMMANDS
    return Sql(tuple(tokens), text[end:])


def _tokenized(text: str) -> list[SqlglotToken]:
    try:
        return BigQuery().tokenize(text)
    except SqlglotError as exc:
        message = str(exc).splitlines()[0]
        raise InvalidQueryError(f"Syntax error: {message}") from exc


def _token(found: SqlglotToken, text: str, space: str = "") -> Token:
    kind = found.token_type
    return Token(
        text=text,
        word="" if kind in _TEXTUAL else found.text.upper(),
        space=space,
        nesting=(kind in _OPENING) - (kind in _CLOSING),
        literal=kind in _LITERAL,
        placeholder=kind == TokenType.PLACEHOLDER,
        parsed=(found,),
    )


def _made(kind: TokenType, text: str) -> SqlglotToken:
    return SqlglotToken(kind, text, start=_NOWHERE, end=_NOWHERE)


def joined(parts: Iterable[Iterable[Token]], separator: str = "") -> Sql:
    """Returns parts one behind the other, with `separator` between them."""
    tokens: list[Token] = []
    for part in parts:
        for number, token in enumerate(part):
            if number:
                tokens.append(token)
            else:
                tokens.append(replace(token, space=separator if tokens else ""))
    return Sql(tuple(tokens))


def quoted_name(name: str) -> Token:
    return _token(_made(TokenType.IDENTIFIER, name), f"`{name}`")


def plain_name(name: str) -> Token:
    return _token(_made(TokenType.VAR, name), name)


def parameter(name: str) -> tuple[Token, Token]:
    return _token(_made(TokenType.PARAMETER, "@"), "@"), plain_name(name)


def expression(text: str) -> Token:
    """Returns a whole expression as one token, which is not looked into any more."""
    number = [(TokenType.L_PAREN, "("), (TokenType.NUMBER, "1"), (TokenType.R_PAREN, ")")]
    parsed = tuple(_made(kind, sign) for kind, sign in number)
    return Token(text=text, word="", literal=True, parsed=parsed)
