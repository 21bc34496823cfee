"""Requests of several statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.embedded.sql.functions import uses_models
from bqml_export.embedded.sql.statements import statement_kind
from bqml_export.embedded.sql.tokens import Token, split, tokenize
from bqml_export.errors import NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROCEDURAL = frozenset(
    {
        "BEGIN",
        "BREAK",
        "CALL",
        "CASE",
        "COMMIT",
        "CONTINUE",
        "DECLARE",
        "END",
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
_STORED = frozenset({"VIEW", "FUNCTION", "PROCEDURE"})


def model_script(sql: str) -> tuple[str, ...]:
    """Returns the statements of a request that uses models, or () when it uses none.

    A request without models goes to the backend as it is, scripts included.

    Raises:
        NotSupportedError: Models are used inside procedural SQL or in a stored object.
    """
    tokens = tokenize(sql)
    _refuse_model_catalog(sql, tokens)
    if not _mentions_models(tokens):
        return ()
    runs = split(tokens, ";")
    for run in runs:
        _refuse(run)
    return tuple(sql[run[0].start : run[-1].end] for run in runs)


def _mentions_models(tokens: Sequence[Token]) -> bool:
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
    if "INFORMATION_SCHEMA.MODEL" in path:
        raise NotSupportedError(
            "INFORMATION_SCHEMA.MODELS is not supported by the embedded BigQuery; "
            "list models with models.list (bq ls -m, client.list_models)"
        )


def _refuse(run: Sequence[Token]) -> None:
    first = run[0].word.partition(" ")[0]
    if first in _PROCEDURAL:
        raise NotSupportedError(
            f"{first} together with models in one request is not supported by the embedded "
            "BigQuery ML; send plain statements separated by semicolons"
        )
    if first == "CREATE" and statement_kind(run) is None:
        stored = next((t.word for t in run[1:5] if t.word in _STORED), None)
        if stored is not None and _mentions_models(run):
            raise NotSupportedError(
                f"Models inside CREATE {stored} are not supported by the embedded "
                "BigQuery ML; CREATE TABLE ... AS SELECT works"
            )
