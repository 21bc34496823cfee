"""The CREATE MODEL statement of a SQL file: its exact text and the model that it names."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from sqlglot.dialects.bigquery import BigQuery
from sqlglot.errors import TokenError
from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined]  # its public place

from bqml_export.errors import UsageError
from bqml_export.model_reference import ModelReference
from bqml_export.sql_digest import sql_sha256

_EXAMPLE = "expected CREATE [OR REPLACE] MODEL dataset.model OPTIONS(...) AS SELECT ..."


@dataclass(frozen=True, slots=True)
class TrainingStatement:
    """A SQL text that creates exactly one model."""

    sql: str
    model: ModelReference
    model_type: str | None
    """The value of the option MODEL_TYPE in capitals, if it is a plain text."""
    transforms: bool
    """Whether it has a TRANSFORM clause."""
    query: str | None = None
    """The query behind AS, whose rows the model is trained on; None if there is no single one."""

    @property
    def sha256(self) -> str:
        """The hash of the text, by which a published version knows what it was made from."""
        return sql_sha256(self.sql)


def read_statement(sql: str) -> TrainingStatement:
    """Returns the statement in `sql`; it may be a script around one CREATE MODEL.

    Only tokens are looked at, so that any option or query that BigQuery knows goes through
    unchanged.

    Raises:
        UsageError: It creates no model, or several, or names one without its dataset.
    """
    found = _statements(sql, sql)
    if not found:
        raise UsageError("the SQL creates no model", hint=_EXAMPLE)
    if len(found) > 1:
        names = ", ".join(str(statement.model) for statement in found)
        raise UsageError(f"the SQL creates {len(found)} models: {names}", hint="one per file")
    return found[0]


def _statements(text: str, sql: str) -> list[TrainingStatement]:
    try:
        tokens = BigQuery().tokenize(text)
    except TokenError as exc:
        raise UsageError(f"the SQL cannot be read: {exc}", hint=_EXAMPLE) from exc
    found = []
    for index, token in enumerate(tokens):
        # sqlglot hands the rest of a BEGIN block over as one string, to be cut once more.
        if token.token_type is TokenType.COMMAND and index + 1 < len(tokens):
            found += _statements(tokens[index + 1].text, sql)
        if (start := _after_create_model(tokens, index)) is not None:
            name, behind = _path(text, tokens, start)
            model = ModelReference.parse(name)
            clauses = _statement_tokens(tokens[behind:])
            found.append(
                TrainingStatement(
                    sql, model, _model_type(clauses), _has_transform(clauses), _query(text, clauses)
                )
            )
    return found


def _statement_tokens(tokens: list[Token]) -> list[Token]:
    return list(itertools.takewhile(lambda token: token.token_type != TokenType.SEMICOLON, tokens))


def _model_type(clauses: list[Token]) -> str | None:
    for option, equals, value in zip(clauses, clauses[1:], clauses[2:], strict=False):
        if (option.text.upper(), equals.text) == ("MODEL_TYPE", "="):
            return value.text.upper() if value.token_type is TokenType.STRING else None
    return None


def _has_transform(clauses: list[Token]) -> bool:
    # The clause stands directly behind the name; anywhere else the word is a function or a column.
    return [token.text.upper() for token in clauses[:2]] == ["TRANSFORM", "("]


def _query(text: str, clauses: list[Token]) -> str | None:
    depth = 0
    for index, token in enumerate(clauses[:-1]):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.token_type is TokenType.ALIAS:
            query = clauses[index + 1 :]
            # AS (training_data AS (SELECT ...), custom_holiday AS (...)) is not one query.
            first = next((t.text.upper() for t in query if t.text != "("), "")
            whole = text[query[0].start : query[-1].end + 1]
            return whole if first in ("SELECT", "WITH", "FROM") else None
    return None


def _after_create_model(tokens: list[Token], index: int) -> int | None:
    """Returns where the model's name starts if CREATE ... MODEL starts at `index`."""
    words = [token.text.upper() for token in tokens[index : index + 7]]
    if words[:1] != ["CREATE"]:
        return None
    length = 3 if words[1:3] == ["OR", "REPLACE"] else 1
    if words[length : length + 1] != ["MODEL"]:
        return None
    length += 1
    if words[length : length + 3] == ["IF", "NOT", "EXISTS"]:
        length += 3
    return index + length


def _path(sql: str, tokens: list[Token], start: int) -> tuple[str, int]:
    """Returns the path at `start` and what comes behind it.

    Dashes belong to it: `my-project.dataset.model`.
    """
    if start >= len(tokens):
        return "", start
    end = start
    while end + 1 < len(tokens) and _continues(tokens[end], tokens[end + 1]):
        end += 1
    return "".join(sql[tokens[start].start : tokens[end].end + 1].split()), end + 1


def _continues(token: Token, following: Token) -> bool:
    if "." in (token.text, following.text):
        return True
    quoted = TokenType.IDENTIFIER in (token.token_type, following.token_type)
    touching = token.end + 1 == following.start
    return touching and not quoted and following.text not in ("(", ";", ",")
