"""Paths of models and tables as written in SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bqml_export.errors import InvalidQueryError
from bqml_export.sql.tokens import Sql, Token

_PATH = re.compile(r"(?:`[^`]+`|[\w-]+)(?:\.(?:`[^`]+`|[\w-]+))*")
_END = frozenset({"(", ")", ";", ","})


@dataclass(frozen=True, slots=True)
class ModelPath:
    """`project.dataset.model` as written; parts that are not written are empty."""

    project: str
    dataset: str
    model: str


def path_end(sql: Sql, start: int) -> int:
    """Returns where the path that begins at token `start` ends.

    Dashes belong to it: `my-project.dataset.model`.
    """
    if start >= len(sql) or sql[start].word in _END:
        return start
    end = start + 1
    while end < len(sql) and _continues(sql[end - 1], sql[end]):
        end += 1
    return end


def _continues(token: Token, following: Token) -> bool:
    if following.text in _END:
        return False
    quoted = "`" in (token.text[0], following.text[0])
    return "." in (token.text, following.text) or not (following.space or quoted)


def path_text(sql: Sql) -> str:
    """Returns a path without the blanks and comments that it may have around its dots."""
    return "".join(token.text for token in sql)


def read_path(sql: Sql) -> ModelPath:
    """Reads one to three parts, with or without backticks, dashes in the project allowed."""
    text = path_text(sql)
    parts = text.replace("`", "").split(".")
    whole = path_end(sql, 0) == len(sql) and _PATH.fullmatch(text)
    if not whole or len(parts) > 3 or not all(parts):
        raise InvalidQueryError(f"Syntax error: {sql.text} is not a model path")
    project, dataset, model = ["", "", *parts][-3:]
    return ModelPath(project, dataset, model)
