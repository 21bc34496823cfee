"""DROP SCHEMA statements, which concern the models of a dataset."""

from __future__ import annotations

from dataclasses import dataclass

from bqml_export.embedded.sql.reference import parse_model_path
from bqml_export.embedded.sql.tokens import split, tokenize, words


@dataclass(frozen=True, slots=True)
class DropSchema:
    """DROP SCHEMA [IF EXISTS] [project.]dataset [CASCADE]; project is empty when not written."""

    project: str
    dataset: str
    cascade: bool


def dropped_schemas(sql: str) -> tuple[DropSchema, ...]:
    """Returns the DROP SCHEMA statements among the statements of a request."""
    if "SCHEMA" not in sql.upper():
        return ()
    found = []
    for run in split(tokenize(sql), ";"):
        if words(run, 0, 2) != ("DROP", "SCHEMA"):
            continue
        index = 4 if words(run, 2, 2) == ("IF", "EXISTS") else 2
        flags = {"CASCADE", "RESTRICT"}
        path = [token for token in run[index:] if token.word not in flags]
        if path:
            parts = parse_model_path(sql[path[0].start : path[-1].end])
            cascade = any(token.word == "CASCADE" for token in run)
            found.append(DropSchema(parts.dataset, parts.model, cascade))
    return tuple(found)
