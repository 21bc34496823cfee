"""The CREATE MODEL statement of a SQL file: its exact text and the model that it names."""

from __future__ import annotations

from dataclasses import dataclass

from bqml_export.errors import InvalidQueryError, UsageError
from bqml_export.model_reference import ModelReference
from bqml_export.repository.record import sql_sha256
from bqml_export.sql.model_statements import ModelClauses, model_clauses
from bqml_export.sql.paths import path_text
from bqml_export.sql.tokens import Sql, read_sql

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

    Any option or query that BigQuery knows goes through unchanged.

    Raises:
        UsageError: It creates no model, or several, or names one without its dataset.
    """
    try:
        tokens = read_sql(sql)
        clauses = [model_clauses(tokens, index) for index in range(len(tokens))]
    except InvalidQueryError as exc:
        raise UsageError(f"the SQL cannot be read: {exc.__cause__ or exc}", hint=_EXAMPLE) from exc
    found = [_training(sql, made) for made in clauses if made and made.verb == "CREATE"]
    if not found:
        raise UsageError("the SQL creates no model", hint=_EXAMPLE)
    if len(found) > 1:
        names = ", ".join(str(statement.model) for statement in found)
        raise UsageError(f"the SQL creates {len(found)} models: {names}", hint="one per file")
    return found[0]


def _training(sql: str, clauses: ModelClauses) -> TrainingStatement:
    return TrainingStatement(
        sql,
        ModelReference.parse(path_text(clauses.name)),
        _model_type(clauses.options),
        clauses.transform is not None,
        _query(clauses.query),
    )


def _model_type(options: Sql | None) -> str | None:
    for option in options.split(",") if options is not None else ():
        if option.words(0, 2) == ("MODEL_TYPE", "=") and len(option) == 3:
            text = option[2].string
            return None if text is None else text.upper()
    return None


def _query(query: Sql | None) -> str | None:
    # AS (training_data AS (SELECT ...), custom_holiday AS (...)) is not one query.
    first = next((token.word for token in query or () if token.word != "("), "")
    return query.text if query and first in ("SELECT", "WITH", "FROM") else None
