"""Requests of several statements."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.model_functions import uses_models
from bqml_export.sql.model_statements import begins_model_statement
from bqml_export.sql.preprocessing_calls import calls_preprocessing
from bqml_export.sql.tokens import Sql

_PROCEDURAL = frozenset({
    "BEGIN", "BREAK", "CALL", "CASE", "COMMIT", "CONTINUE", "DECLARE", "END", "EXCEPTION",
    "EXECUTE", "FOR", "IF", "ITERATE", "LEAVE", "LOOP", "RAISE", "REPEAT", "RETURN", "ROLLBACK",
    "SET", "WHILE",
})  # fmt: skip
_TEMPORARY = frozenset({"TEMP", "TEMPORARY"})
_VARIABLES = frozenset({"DECLARE", "SET"})
_STORED = frozenset({"VIEW", "FUNCTION", "PROCEDURE"})
_REFUSED = {
    "LOAD DATA": "LOAD DATA; use a load job (bq load, client.load_table_from_uri)",
    "EXPORT DATA": "EXPORT DATA; use an extract job (bq extract, client.extract_table)",
    "CREATE EXTERNAL": "CREATE EXTERNAL TABLE; use a load job",
    "ALTER VIEW": "ALTER VIEW; use tables.patch (bq update)",
    "ALTER SCHEMA": "ALTER SCHEMA; use datasets.patch (bq update)",
}


def model_script(sql: Sql) -> tuple[Sql, ...]:
    """Returns the statements of a request that uses models, or () when it uses none.

    A request without models goes to the backend as it is, scripts included.
    """
    _refuse_model_catalog(sql)
    if not (_touches_models(sql) or calls_preprocessing(sql)):
        return ()
    statements = _without_blocks(sql.split(";"))
    for statement in statements:
        _refuse_with_models(statement)
    return tuple(statements)


def plain_statements(sql: Sql) -> tuple[Sql, ...]:
    """Returns the statements of a script that share nothing, or `sql` whole.

    Variables, blocks, transactions and temporary objects tie the statements of a script together.
    """
    statements = sql.split(";")
    tied = any(
        _first_word(statement) in _PROCEDURAL
        or any(token.word in _TEMPORARY for token in statement)
        for statement in statements
    )
    return (sql,) if tied or len(statements) < 2 else tuple(statements)


def refuse_statements(sql: Sql) -> None:
    """Refuses by name what the backend would misread or half do."""
    for statement in sql.split(";"):
        words = " ".join((_first_word(statement), *statement.words(1, 1)))
        reason = _alter(statement) if words == "ALTER TABLE" else _REFUSED.get(words)
        if reason is not None:
            raise NotSupportedError(f"The embedded BigQuery does not support {reason}")


def _alter(statement: Sql) -> str | None:
    pairs = set(pairwise(token.word for token in statement))
    if ("RENAME", "TO") in pairs:
        return "ALTER TABLE ... RENAME TO; copy the table and drop the old one"
    if ("SET", "OPTIONS") in pairs:
        return "ALTER TABLE ... SET OPTIONS; use tables.patch (bq update, client.update_table)"
    return None


def _first_word(statement: Sql) -> str:
    # Some keywords of two words are one token: BEGIN TRANSACTION.
    return statement[0].word.partition(" ")[0]


def _without_blocks(statements: Sequence[Sql]) -> list[Sql]:
    """Returns the statements of BEGIN ... END blocks, which without variables do nothing else."""
    kept: list[Sql] = []
    depth = 0
    for statement in statements:
        inner = statement
        while inner and inner[0].word == "BEGIN" and not _begins_transaction(inner):
            depth, inner = depth + 1, inner[1:]
        if depth and inner.words(0, 2) == ("END",):
            depth -= 1
        elif inner:
            kept.append(inner)
    if depth:
        raise InvalidQueryError("Syntax error: Expected END but got end of script")
    return kept


def _begins_transaction(statement: Sql) -> bool:
    return len(statement) == 1 or statement[1].word == "TRANSACTION"


def _touches_models(sql: Sql) -> bool:
    return uses_models(sql) or any(begins_model_statement(sql, index) for index in range(len(sql)))


def _refuse_model_catalog(sql: Sql) -> None:
    # The backend would answer with no rows: it does not know the models.
    path = "".join(token.name.upper() for token in sql if not token.literal)
    if "INFORMATION_SCHEMA.MODEL_" in path:
        raise NotSupportedError(
            "The INFORMATION_SCHEMA.MODEL_... views are not supported by the embedded BigQuery; "
            "INFORMATION_SCHEMA.MODELS is, and models.get has the rest (bq show -m)"
        )


def _refuse_with_models(statement: Sql) -> None:
    first = _first_word(statement)
    if first in _PROCEDURAL - _VARIABLES:
        raise NotSupportedError(
            f"{first} together with models in one request is not supported by the embedded "
            "BigQuery ML; send plain statements, DECLARE and SET separated by semicolons"
        )
    head = statement.words(1, 4)
    if first == "CREATE" and _TEMPORARY & set(head[:3]):
        raise NotSupportedError(
            "Temporary tables and functions together with models in one request are not "
            "supported by the embedded BigQuery ML; use a WITH clause or a table"
        )
    if first == "CREATE" and not begins_model_statement(statement):
        stored = next((word for word in head if word in _STORED), None)
        if stored is not None and _touches_models(statement):
            raise NotSupportedError(
                f"Models inside CREATE {stored} are not supported by the embedded "
                "BigQuery ML; CREATE TABLE ... AS SELECT works"
            )
