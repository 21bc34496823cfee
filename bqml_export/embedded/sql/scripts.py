"""Requests of several statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.embedded.sql.functions import uses_models
from bqml_export.embedded.sql.preprocessing import calls_preprocessing
from bqml_export.embedded.sql.statements import statement_kind
from bqml_export.embedded.sql.tokens import Token, split, tokenize
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

PROCEDURAL = frozenset(
    {
        "BEGIN",
        "BREAK",
        "CALL",
        "CASE",
        "COMMIT",
        "CONTINUE",
        "DECLARE",
        "END",
        "EXCEPTION",
        "EXECUTE",
        "FOR",
        "IF",
        "ITERATE",
        "LEAVE",
        "LOOP",
        "RAISE",
        "REPEAT",
        "RETURN",
        "ROLLBACK",
        "SET",
        "WHILE",
    }
)
_TEMPORARY = frozenset({"TEMP", "TEMPORARY"})
_VARIABLES = frozenset({"DECLARE", "SET"})
_STORED = frozenset({"VIEW", "FUNCTION", "PROCEDURE"})


def model_script(sql: str) -> tuple[str, ...]:
    """Returns the statements of a request that uses models, or () when it uses none.

    A request without models goes to the backend as it is, scripts included.

    Raises:
        InvalidQueryError: A BEGIN has no END.
        NotSupportedError: Models are used inside procedural SQL or in a stored object.
    """
    tokens = tokenize(sql)
    _refuse_model_catalog(sql, tokens)
    if not (_touches_models(tokens) or calls_preprocessing(tokens)):
        return ()
    runs = _without_blocks(split(tokens, ";"))
    for run in runs:
        _refuse(run)
    return tuple(sql[run[0].start : run[-1].end] for run in runs)


def _without_blocks(runs: Sequence[Sequence[Token]]) -> list[Sequence[Token]]:
    """Returns the statements of BEGIN ... END blocks, which without variables do nothing else."""
    kept: list[Sequence[Token]] = []
    depth = 0
    for run in runs:
        statement = run
        while statement and statement[0].word == "BEGIN" and not _begins_transaction(statement):
            depth, statement = depth + 1, statement[1:]
        if depth and [token.word for token in statement] == ["END"]:
            depth -= 1
        elif statement:
            kept.append(statement)
    if depth:
        raise InvalidQueryError("Syntax error: Expected END but got end of script")
    return kept


def _begins_transaction(run: Sequence[Token]) -> bool:
    return len(run) == 1 or run[1].word == "TRANSACTION"


def _touches_models(tokens: Sequence[Token]) -> bool:
    if uses_models(tokens):
        return True
    return any(
        token.word in ("CREATE", "DROP", "EXPORT", "ALTER")
        and statement_kind(tokens[index : index + 4]) is not None
        for index, token in enumerate(tokens)
    )


def _refuse_model_catalog(sql: str, tokens: Sequence[Token]) -> None:
    # The backend would answer with no rows: it does not know the models.
    path = "".join(sql[t.start : t.end].strip("`").upper() for t in tokens if not t.literal)
    if "INFORMATION_SCHEMA.MODEL_" in path:
        raise NotSupportedError(
            "The INFORMATION_SCHEMA.MODEL_... views are not supported by the embedded BigQuery; "
            "INFORMATION_SCHEMA.MODELS is, and models.get has the rest (bq show -m)"
        )


def _refuse(run: Sequence[Token]) -> None:
    first = run[0].word.partition(" ")[0]
    if first in PROCEDURAL - _VARIABLES:
        raise NotSupportedError(
            f"{first} together with models in one request is not supported by the embedded "
            "BigQuery ML; send plain statements, DECLARE and SET separated by semicolons"
        )
    if first == "CREATE" and any(token.word in _TEMPORARY for token in run[1:4]):
        raise NotSupportedError(
            "Temporary tables and functions together with models in one request are not "
            "supported by the embedded BigQuery ML; use a WITH clause or a table"
        )
    if first == "CREATE" and statement_kind(run) is None:
        stored = next((t.word for t in run[1:5] if t.word in _STORED), None)
        if stored is not None and _touches_models(run):
            raise NotSupportedError(
                f"Models inside CREATE {stored} are not supported by the embedded "
                "BigQuery ML; CREATE TABLE ... AS SELECT works"
            )
