"""Paths of models and tables as written in SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError

from bqml_export.errors import InvalidQueryError

_QUOTED = re.compile(r"`[^`]*`")
_BLANK = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class ModelPath:
    """`project.dataset.model` as written; parts that are not written are empty."""

    project: str
    dataset: str
    model: str


def parse_model_path(text: str) -> ModelPath:
    """Returns the parts of a path, with or without backticks, dashes in the project allowed.

    Raises:
        InvalidQueryError: The text is not a path of one to three parts.
    """
    text = text.strip()
    try:
        table = exp.to_table(text, dialect="bigquery")
    except (SqlglotError, ValueError) as exc:
        raise InvalidQueryError(f"Syntax error: {text} is not a model path") from exc
    if len(table.parts) > 3 or not table.name or _BLANK.search(_QUOTED.sub("", text)):
        raise InvalidQueryError(f"Syntax error: {text} is not a model path")
    return ModelPath(table.catalog, table.db, table.name)
